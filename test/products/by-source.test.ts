import { startDiscuz } from './fixtures/discuz.ts'
import { startGrafana } from './fixtures/grafana.ts'
import { startJenkins } from './fixtures/jenkins.ts'
import { startNginxDigest } from './fixtures/nginx-digest.ts'
import { startRuoyi } from './fixtures/ruoyi.ts'
import { startSpringSecurity } from './fixtures/spring-security.ts'
import { testProducts } from './test-product.ts'

// Products that no package brings here: servers that follow their published source.
testProducts([
  { title: 'Grafana, by its source', adapter: 'grafana', start: startGrafana },
  { title: 'Jenkins, by its source', adapter: 'form', start: startJenkins },
  { title: 'Spring Security, by its source', adapter: 'form', start: startSpringSecurity },
  { title: 'Discuz!, by its source: the small form on every page', adapter: 'form', start: () => startDiscuz('forum.php') },
  { title: 'Discuz!, by its source: the sign-in page', adapter: 'form', start: () => startDiscuz('member.php?mod=logging&action=login') },
  { title: 'RuoYi, by its source', adapter: 'ruoyi', start: startRuoyi },
  { title: "nginx' digest module, by its source", adapter: 'digest', start: startNginxDigest },
])
