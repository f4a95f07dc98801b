/** A proxy as an option names it: the direct way, its address, or the variable that holds its address with credentials. */
export const upstreamProxyForm = /^(?:direct|env:[A-Z][A-Z0-9_]{0,63}|(?:https?|socks5):\/\/(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?\/?)$/

/** What `env:NAME` reads is this, and NAME after it: no other variable can be asked for. */
export const upstreamVariablePrefix = 'LOGIN_RELAY_UPSTREAM_'
