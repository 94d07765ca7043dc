// A style sheet that a script brings along is a text in it.

declare module "*.css" {
  const text: string;
  export default text;
}
