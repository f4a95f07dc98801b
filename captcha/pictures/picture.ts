/** A picture in memory: rows from the top, no padding. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel: red, green, blue. */
  readonly rgb: Uint8Array
}

/** A picture in shades of grey; 0 is ink, 255 is paper. */
export interface Grey {
  readonly width: number
  readonly height: number
  /** One byte a pixel. */
  readonly data: Uint8Array
}
