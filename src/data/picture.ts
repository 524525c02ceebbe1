/** @file Picture: RGB pixels on the host. */

/** 8-bit RGB, row by row, three bytes a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
