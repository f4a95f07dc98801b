import { folderWith } from './folder.ts'
import { account, type Product } from './product.ts'
import { startTelling } from './program.ts'

const site = `
import os, sys, wsgiref.simple_server
from django.conf import settings
settings.configure(
    DEBUG=False, SECRET_KEY='a key of this test', ALLOWED_HOSTS=['*'], ROOT_URLCONF='site_urls', USE_TZ=True, STATIC_URL='/static/',
    DEFAULT_AUTO_FIELD='django.db.models.AutoField',
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'site.db'}},
    INSTALLED_APPS=['django.contrib.' + app for app in ('admin', 'auth', 'contenttypes', 'sessions', 'messages')],
    MIDDLEWARE=['django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.common.CommonMiddleware',
                'django.middleware.csrf.CsrfViewMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware',
                'django.contrib.messages.middleware.MessageMiddleware'],
    TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {'context_processors': [
        'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
        'django.contrib.messages.context_processors.messages']}}])
import django
django.setup()
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
call_command('migrate', verbosity=0)
from django.contrib.auth import get_user_model
get_user_model().objects.create_superuser(os.environ['USERNAME'], 'ann@example.test', os.environ['PASSWORD'])
server = wsgiref.simple_server.make_server('127.0.0.1', 0, get_wsgi_application())
print('listening on', server.server_port, flush=True)
server.serve_forever()
`

/** Django's administration (Debian: python3-django), with a superuser in a database of its own. */
export async function startDjango(): Promise<Product> {
  const urls = "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]\n"
  const folder = await folderWith({ 'serve.py': site, 'site_urls.py': urls })
  const env = { USERNAME: account.username, PASSWORD: account.password, PYTHONDONTWRITEBYTECODE: '1' }
  // Debian's own Python: another one first in the path has no Django of Debian's.
  const program = await startTelling({
    command: '/usr/bin/python3',
    args: ['-E', '-W', 'ignore', 'serve.py'],
    env,
    cwd: folder.path,
    says: /listening on (\d+)/,
  })
  const origin = `http://127.0.0.1:${program.port}`
  return {
    url: `${origin}/admin/`,
    account,
    inside: { url: `${origin}/admin/auth/user/`, says: /Select user to change/ },
    stop: () => program.stop().then(folder.remove),
  }
}
