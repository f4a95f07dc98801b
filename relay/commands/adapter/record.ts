import { RelayError } from '../../errors.ts'
export async function recordAdapter(_url: string, _options: object): Promise<void> {
  throw new RelayError('usage', { params: { problem: 'not yet', verb: 'adapter record' } })
}
