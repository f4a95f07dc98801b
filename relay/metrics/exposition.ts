import type { Family, Sample } from './family.ts'

/** The media type of what `exposition` gives. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** Families in the text format that Prometheus reads (exposition format 0.0.4). */
export function exposition(families: readonly Family[]): string {
  return families.map(({ name, help, type, samples }) => `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${linesOf(name, samples)}`).join('')
}

function linesOf(name: string, samples: readonly Sample[]): string {
  return samples.map(({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelsOf(labels)} ${value}\n`).join('')
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replace(/"/g, '\\"')
}
