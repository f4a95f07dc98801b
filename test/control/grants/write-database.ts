import ipaddr from 'ipaddr.js'

type Value = string | number | readonly Value[] | { readonly [key: string]: Value }
/** A node of the tree: for the next bit 0 and 1 another node, an offset in the data, or nothing. */
type Node = [Branch, Branch]
type Branch = Node | number | undefined

/** A database in the MaxMind format (version 2.0, records of 24 bits) that says of each network what it is given. */
export function writeDatabase(networks: Readonly<Record<string, Value>>, ipVersion: 4 | 6 = 6): Buffer {
  const root: Node = [undefined, undefined]
  const data: Buffer[] = []
  let length = 0
  for (const [network, value] of Object.entries(networks)) {
    const encoded = encode(value)
    insert(root, bitsOf(network, ipVersion), length)
    data.push(encoded)
    length += encoded.length
  }
  const nodes = listNodes(root)
  const numbers = new Map(nodes.map((node, index) => [node, index]))
  const tree = Buffer.alloc(nodes.length * 6)
  for (const [index, node] of nodes.entries())
    for (const side of [0, 1] as const) {
      const branch = node[side]
      // Sixteen bytes of nothing stand between the tree and the data.
      const record = branch === undefined ? nodes.length : typeof branch === 'number' ? nodes.length + 16 + branch : (numbers.get(branch) ?? 0)
      tree.writeUIntBE(record, index * 6 + side * 3, 3)
    }
  const metadata = { binary_format_major_version: 2, binary_format_minor_version: 0, build_epoch: 1_750_000_000, database_type: 'Test-City' }
  const described = encode({ ...metadata, description: {}, languages: ['en'], ip_version: ipVersion, node_count: nodes.length, record_size: 24 })
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), described])
}

function bitsOf(network: string, ipVersion: 4 | 6): string {
  const [address, length] = ipaddr.parseCIDR(network)
  const bits = address
    .toByteArray()
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, length)
  // In a tree of both, IPv4 lies below ::/96.
  return ipVersion === 6 && address.kind() === 'ipv4' ? '0'.repeat(96) + bits : bits
}

function insert(root: Node, bits: string, offset: number): void {
  let node = root
  for (const bit of bits.slice(0, -1)) {
    const side = bit === '1' ? 1 : 0
    const next = node[side]
    const found: Node = typeof next === 'object' ? next : [next, next]
    node[side] = found
    node = found
  }
  node[bits.endsWith('1') ? 1 : 0] = offset
}

function listNodes(root: Node): Node[] {
  const nodes = [root]
  for (const node of nodes) for (const branch of node) if (typeof branch === 'object') nodes.push(branch)
  return nodes
}

const [text, map, uint32, array] = [2, 7, 6, 11]

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(text, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([head(uint32, 4), bytes])
  }
  if (Array.isArray(value)) return Buffer.concat([head(array, value.length), ...value.map(encode)])
  const entries = Object.entries(value as Record<string, Value>)
  return Buffer.concat([head(map, entries.length), ...entries.flatMap(([key, one]) => [encode(key), encode(one)])])
}

/** Up to 284, in which no record here is longer. */
function head(type: number, size: number): Buffer {
  const [short, more] = size < 29 ? [size, []] : [29, [size - 29]]
  return Buffer.from(type < 8 ? [(type << 5) | short, ...more] : [short, type - 7, ...more])
}
