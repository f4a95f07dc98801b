/** What clients, sites and other people have written holds no line of its own and no link: programs that show it make links of what looks like one. */
export function harmless(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is taken out
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
      .replace(/:\/\//g, ': //')
      .replace(/\bwww\./gi, 'www .')
      .replace(/(?<=\S)[.\u3002\uff0e\uff61](?=\p{L})/gu, ' .')
      .slice(0, 200)
      .toWellFormed()
  )
}
