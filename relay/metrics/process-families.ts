import { type Family, single } from './family.ts'

const startedAt = Date.now() / 1000 - process.uptime()

/** What Prometheus expects to know of every process, and which release it is. */
export function processFamilies(version: string): readonly Family[] {
  const { user, system } = process.cpuUsage()
  return [
    { name: 'login_relay_build_info', type: 'gauge', help: 'The release that runs.', samples: [{ labels: { version }, value: 1 }] },
    single('process_cpu_seconds_total', 'counter', 'User and system processor time.', (user + system) / 1e6),
    single('process_resident_memory_bytes', 'gauge', 'Resident memory.', process.memoryUsage.rss()),
    single('process_start_time_seconds', 'gauge', 'When the process started, in seconds since 1970.', startedAt),
  ]
}
