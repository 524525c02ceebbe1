/** @file The words of a rendered scene: what an object can be, where it can be, how it can stand to the others. */

export const SHAPES = ["circle", "square", "triangle", "cross", "ring", "bar"] as const;
export const COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "white", "black"] as const;
export const TEXTURES = ["plain", "striped", "dotted", "checkered"] as const;
export const SCALES = ["small", "large"] as const;
export const BACKGROUNDS = ["grey", "sky", "grass", "sand", "stripes"] as const;
export const POSITIONS = ["left", "right", "top", "bottom"] as const;

export type ShapeName = (typeof SHAPES)[number];
export type ColourName = (typeof COLOURS)[number];
export type TextureName = (typeof TEXTURES)[number];
export type ScaleName = (typeof SCALES)[number];
export type BackgroundName = (typeof BACKGROUNDS)[number];
export type PositionName = (typeof POSITIONS)[number];
export type RelationName = "next to another" | "alone" | "same colour as another" | "overlaps another";

/** A property that an object has by itself. */
export type AttributeName = ShapeName | ColourName | TextureName | ScaleName;

/** What an object looks like, without its place. */
export interface Attributes {
  readonly shape: ShapeName;
  readonly colour: ColourName;
  readonly texture: TextureName;
  readonly scale: ScaleName;
}

/** The concept of a background: "background:sky". */
export function backgroundConcept(background: BackgroundName): string {
  return `background:${background}`;
}
