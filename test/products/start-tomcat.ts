import { globSync } from 'node:fs'
import { folderWith } from './folder.ts'
import { account, type Product } from './product.ts'
import { startTelling } from './program.ts'

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

const server = `<Server port="-1"><Service name="Catalina"><Connector port="0" address="127.0.0.1"/><Engine name="Catalina" defaultHost="localhost">
<Realm className="org.apache.catalina.realm.MemoryRealm" pathname="conf/users.xml"/><Host name="localhost" appBase="webapps"/></Engine></Service></Server>`

const application = `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" metadata-complete="true">
<servlet><servlet-name>files</servlet-name><servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
<servlet-mapping><servlet-name>files</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
<mime-mapping><extension>html</extension><mime-type>text/html;charset=UTF-8</mime-type></mime-mapping><welcome-file-list><welcome-file>index.html</welcome-file></welcome-file-list>
<security-constraint><web-resource-collection><web-resource-name>all</web-resource-name><url-pattern>/*</url-pattern></web-resource-collection>
<auth-constraint><role-name>clerk</role-name></auth-constraint></security-constraint>
<login-config><auth-method>FORM</auth-method><form-login-config><form-login-page>/login.html</form-login-page><form-error-page>/error.html</form-error-page></form-login-config></login-config>
<security-role><role-name>clerk</role-name></security-role></web-app>`

const loginPage = `<!doctype html><title>Orders: sign in</title><form method="post" action="j_security_check"><p>Name <input name="j_username">
<p>Password <input type="password" name="j_password"><p><input type="submit" value="Log in"></form>`

/** Tomcat (Debian: libtomcat10-java, and any Java) with form authentication of the servlet specification, `j_security_check`. */
export async function startTomcat(): Promise<Product> {
  const { username, password } = account
  const users = `<tomcat-users><user username="${username}" password="${xml(password)}" roles="clerk"/></tomcat-users>`
  const folder = await folderWith({
    'conf/server.xml': server,
    'conf/users.xml': users,
    'conf/context.xml': '<Context><JarScanner scanClassPath="false" scanManifest="false"/></Context>',
    'lib/.keep': '',
    'temp/.keep': '',
    'webapps/orders/WEB-INF/web.xml': application,
    'webapps/orders/login.html': loginPage,
    'webapps/orders/error.html': '<!doctype html><title>Orders</title><p>Invalid username or password. <a href="index.html">Try again</a>',
    'webapps/orders/index.html': '<!doctype html><title>Orders</title><p>Orders of the year',
  })
  const jars = globSync('/usr/share/java/tomcat10-*.jar').filter((file) => !/\d\.jar$|-i18n-/.test(file))
  const properties = { 'java.io.tmpdir': `${folder.path}/temp`, 'catalina.base': folder.path, 'catalina.home': folder.path }
  const fast = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', '-Djava.security.egd=file:/dev/./urandom']
  const program = await startTelling({
    command: 'java',
    args: [
      ...fast,
      ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
      '-cp',
      jars.join(':'),
      'org.apache.catalina.startup.Bootstrap',
      'start',
    ],
    says: /Starting ProtocolHandler \["http-nio-[^"]*-(\d+)"\]/,
  })
  const origin = `http://127.0.0.1:${program.port}`
  return {
    url: `${origin}/orders/`,
    account,
    inside: { url: `${origin}/orders/index.html`, says: /Orders of the year/ },
    stop: () => program.stop().then(folder.remove),
  }
}
