/** A picture in memory: rows from the top, three bytes a pixel. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}
