import type { Account, Site } from '../accounts/index.ts'
import type { RelayError } from '../errors.ts'
import type { RequestHead, Sender, Target } from '../traffic/index.ts'
import { type ChoosingRooms, chooseAccount } from './device/choose-account.ts'
import type { DevicePrincipal } from './device/device-credentials.ts'
import { chooserAddress } from './setup/chooser/chooser-address.ts'

/** A device that sends a request to a site by the proxy. */
export class DeviceSender implements Sender {
  readonly principal: DevicePrincipal
  readonly userId: string
  readonly deviceId: string
  readonly userName: string
  readonly deviceName: string
  readonly isAtOrigin = true
  readonly #rooms: ChoosingRooms
  readonly #site: Site
  readonly #head: RequestHead
  readonly #target: Target

  constructor(rooms: ChoosingRooms, principal: DevicePrincipal, site: Site, head: RequestHead, target: Target) {
    const { user, device } = principal
    this.principal = principal
    this.userId = user.id
    this.deviceId = device.id
    this.userName = user.name
    this.deviceName = device.name
    this.#rooms = rooms
    this.#site = site
    this.#head = head
    this.#target = target
  }

  chooseAccount(): Account {
    return chooseAccount(this.#rooms, this.principal, this.#site, this.#head.account)
  }

  seeOther({ code }: RelayError): string | undefined {
    return code === 'account_ambiguous' ? chooserAddress(this.#site, this.#target) : undefined
  }
}
