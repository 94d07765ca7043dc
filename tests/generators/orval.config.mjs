// Both of what orval makes here: a client, and schemas of zod for what is sent and answered.
const input = "../../openapi.json";

export default {
  client: {
    input,
    output: { target: "generated/orval/client.ts", client: "fetch", baseUrl: process.env.TICKBOX_URL },
  },
  zod: { input, output: { target: "generated/orval/zod.ts", client: "zod" } },
};
