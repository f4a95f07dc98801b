import { folderWith } from './folder.ts'
import { account, type Product } from './product.ts'
import { type Start, startOnPort } from './program.ts'

/** A web server that shows the page of reports to whom its file `users` knows; `start` says how it starts, on a folder with both, at a port. */
export async function startReports(users: string, start: (path: string, port: number) => Promise<Start>): Promise<Product> {
  const folder = await folderWith({ 'html/reports.html': '<!doctype html><title>Reports</title><p>Reports of the year', users })
  const program = await startOnPort((port) => start(folder.path, port))
  const url = `http://127.0.0.1:${program.port}/reports.html`
  return { url, account, inside: { url, says: /Reports of the year/ }, stop: () => program.stop().then(folder.remove) }
}
