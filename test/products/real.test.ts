import { absent } from './provide.ts'
import { startApache } from './start-apache.ts'
import { startDjango } from './start-django.ts'
import { startNginx } from './start-nginx.ts'
import { startNodeRed } from './start-node-red.ts'
import { startOidcProvider } from './start-oidc-provider.ts'
import { startTomcat } from './start-tomcat.ts'
import { startVerdaccio } from './start-verdaccio.ts'
import { testProducts } from './test-product.ts'

// Real products, of Debian and npm: test/run.ts installs them.
testProducts([
  { title: 'Django admin', adapter: 'form', start: startDjango, skip: absent('python3-django') },
  { title: 'Node-RED', adapter: 'node-red', start: startNodeRed, skip: absent('node-red') },
  { title: 'Verdaccio', adapter: 'verdaccio', start: startVerdaccio, skip: absent('verdaccio') },
  { title: 'an OpenID provider, oidc-provider', adapter: 'form', start: startOidcProvider },
  { title: 'nginx, HTTP Basic', adapter: 'basic', start: startNginx, skip: absent('nginx-light') },
  { title: 'Apache httpd, HTTP Digest', adapter: 'digest', start: startApache, skip: absent('apache2-bin') },
  { title: 'Tomcat, j_security_check', adapter: 'form', start: startTomcat, skip: absent('libtomcat10-java', 'default-jre-headless') },
])
