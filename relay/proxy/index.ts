/**
 * The forward proxy: enrolled sites intercepted with leaf certificates of the relay's own CA, their sessions attached on the way;
 * every other host tunnelled unread or refused.
 *
 * Refuses: a client without a device token, a message that can be read in two ways, a loop, a host nobody enrolled where the
 * configuration says so; to lend the session to a page of another site. A site's answer that broke off never looks whole.
 * Keeps laws 1, 6 and 7.
 */
export { type CertificateAuthority, createCertificateAuthority } from './ca/certificate-authority.ts'
export { tlsHost } from './connections/tls-listener.ts'
export { createProxy, type Proxy } from './create-proxy.ts'
export { pacFile } from './pac.ts'
