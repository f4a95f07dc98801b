/** The name by which the proxy itself answers a browser that goes through it. No such top-level domain exists. */
export const setupHost = 'relay.pac'
