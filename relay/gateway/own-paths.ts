/** Where, on an account's host, the gateway answers in the site's place. Nothing below it is ever sent to the site. */
export const ownPaths = '/.well-known/login-relay/'
/** From the portal. */
export const enterPath = `${ownPaths}enter`
/** From another host of the account, which has a pass already. */
export const startPath = `${ownPaths}start`
/** Where browsers report what leaves the gateway. */
export const reportPath = `${ownPaths}report`
