// Runs every audit of npm graphql-http against a server: node audit.mjs URL
// Prints one line per failure and the count; exit 0 only when all pass.
import { serverAudits } from "graphql-http";

const url = process.argv[2];
if (!url) {
  console.error("usage: node audit.mjs http://127.0.0.1:4000/graphql");
  process.exit(2);
}

const audits = serverAudits({ url });
let passed = 0;
for (const audit of audits) {
  // An audit only throws when it could not be made, say because nobody answers.
  const result = await audit.fn().catch((error) => ({ status: "error", reason: error }));
  if (result.status === "ok") {
    passed += 1;
  } else {
    const reason = result.reason?.message ?? result.reason;
    const cause = result.reason?.cause?.code;
    console.log(`${audit.id} ${audit.name}: ${cause ? `${reason} (${cause})` : reason}`);
  }
}
console.log(`${passed} of ${audits.length} audits`);
process.exit(passed === audits.length && audits.length > 0 ? 0 : 1);
