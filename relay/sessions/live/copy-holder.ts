import type { Principal } from '../../identity/index.ts'
import type { CopyHolder, CopyWay } from '../contract.ts'

/** Who is given cookies where this principal asks for them. */
export function copyHolder(way: CopyWay, principal: Principal): CopyHolder {
  switch (principal.kind) {
    case 'local':
      return { way }
    case 'portal':
      return { way, userId: principal.user.id }
    case 'device':
      return { way, userId: principal.user.id, device: principal.device }
  }
}
