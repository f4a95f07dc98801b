/** The end of an API address, where a person is named: the relay knows him however his name is written, and says where there is none. */
export function ofUser(name: string | undefined): string {
  return name === undefined ? '' : `?user=${encodeURIComponent(name)}`
}
