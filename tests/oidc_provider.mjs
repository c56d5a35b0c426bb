// A real OpenID Connect provider for the tests: node oidc_provider.mjs ISSUER CALLBACK
import { Provider } from "oidc-provider";

const [issuer, callback] = process.argv.slice(2);
const people = {
  kim: { email: "kim@example.org", email_verified: true, name: "Kim Min-ji" },
  // Says an address that nobody checked.
  lee: { email: "lee@example.org", email_verified: false, name: "Lee" },
  // Says it with a word where a boolean is due.
  cho: { email: "cho@example.org", email_verified: "true", name: "Cho" },
  seo: { name: "Seo", groups: ["city-team", "runners"], address: { locality: "Haneul" } },
  nobody: {},
};
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "madang",
      client_secret: "a secret of thirty-two characters",
      redirect_uris: [callback],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  pkce: { required: () => true },
  cookies: { keys: ["one key for the tests"] },
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "groups", "address"],
  },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => {
    const { groups, ...known } = people[id.replace(/-left$/, "")] ?? {};
    const left = id.endsWith("-left");
    return { accountId: id, claims: () => ({ sub: id, ...known, ...(groups && !left ? { groups } : {}) }) };
  },
});
provider.listen(Number(new URL(issuer).port), "127.0.0.1", () => console.log("ready"));
