/** How many of what, in words for people: "1 device", "3 devices". `more`: where several are not told by an s. */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`
}
