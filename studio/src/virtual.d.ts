declare module "virtual:house.css";
declare module "*/README.md" {
  const html: string;
  export default html;
}
declare module "virtual:method-words" {
  /** By slug. */
  const words: Readonly<Record<string, string>>;
  export default words;
}
