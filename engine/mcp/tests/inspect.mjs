// Calls every tool with the inspector's command line and holds each result to the schema of its tool.
//
//     node inspect.mjs LIST URL MODULES
//
// LIST is what the inspector says to tools/list, MODULES the folder of the packages.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [list, url, modules] = process.argv.slice(2);
const Ajv = createRequire(join(modules, "ajv/package.json"))("ajv/dist/2020.js").default;

const card = ".model d1 D(IS=1e-14 N=1)\n";
const line = "template line {\n  input x : 1\n  param a : 1 = 0\n  output y = a * x\n}\n";
const row = { name: "VF", value: 670, unit: "mV", conditions: { IF: "10 mA" } };
const calls = {
  "datasheet.extract": { sources: ["EX41.csv"] },
  "model.eval": { card: "d.lib", files: { "d.lib": card }, at: [{ pin: "a", volts: [0.5, 0.6] }] },
  "model.fit": { template: "f.espice", table: "t.csv", files: { "f.espice": line, "t.csv": "x,y\n1,2\n2,4\n3,6.1\n" } },
  "model.judge": { sources: ["EX41.csv"] },
  "model.make": { sources: ["EX41.csv"] },
  "model.select": { sources: ["EX41.csv"] },
  "pack.check": { paths: ["f.espice"], files: { "f.espice": line } },
  "pack.list": { what: "kinds" },
  "pack.test": { paths: ["f.espice"], files: { "f.espice": line } },
  "pdf_processing": { file_path: "EX41.pdf", extract_images: true },
  "rule.explain": { rule: "std::vf_plausible" },
  "spice_generation": { device_name: "X1", device_type: "diode", parameters: [row, { ...row, value: 590, conditions: { IF: "1 mA" } }] },
  "tool.find": { query: "reverse recovery" },
};

const tools = JSON.parse(readFileSync(list, "utf8")).tools;
// The fixtures of the suite have names of their own.
const own = tools.filter((tool) => tool.outputSchema);
const names = own.map((tool) => tool.name);
if (JSON.stringify(names) !== JSON.stringify(Object.keys(calls))) {
  throw new Error(`the tools are ${names}`);
}
const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
for (const tool of own) {
  const pairs = Object.entries(calls[tool.name]).map(([name, value]) => {
    return `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
  const words = ["--cli", url, "--transport", "http", "--method", "tools/call", "--tool-name", tool.name];
  const told = execFileSync("mcp-inspector", [...words, "--tool-arg", ...pairs], {
    encoding: "utf8",
    // It complains of formats of numbers that it does not know; what fails says so in its result.
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 28,
  });
  const result = JSON.parse(told);
  if (result.isError || !result.structuredContent) {
    throw new Error(`${tool.name}: ${told.slice(0, 2000)}`);
  }
  const fits = ajv.compile(tool.outputSchema);
  if (!fits(result.structuredContent)) {
    throw new Error(`${tool.name}: ${JSON.stringify(fits.errors.slice(0, 5), null, 1)}`);
  }
  console.log(`${tool.name}: as its schema says`);
}
