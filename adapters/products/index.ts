/** Products that are known by their login page, and that the general adapters cannot sign in to from the page alone. */
export { grafana } from './grafana.ts'
export { nodeRed } from './node-red.ts'
export { ruoyi } from './ruoyi.ts'
export { verdaccio } from './verdaccio.ts'
