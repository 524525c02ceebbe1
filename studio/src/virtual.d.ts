declare module "virtual:house.css";
declare module "*/README.md" {
  const html: string;
  export default html;
}
