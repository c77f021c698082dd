// Runs the script of a report's page over a document with nothing but <main>, and prints what it draws there; or,
// with an expression, what that is in the script, as JSON.
"use strict";
const html = require("fs").readFileSync(process.argv[2], "utf8");
const element = (begin) => html.slice(html.indexOf(begin) + begin.length, html.indexOf("</script", html.indexOf(begin)));
const main = {innerHTML: "", clientWidth: 980};
const document = {
  title: "",
  getElementById: () => ({textContent: element('id="data">')}),
  querySelector: (name) => (name === "main" ? main : null),
};
const expression = process.argv[3] ?? "null";
const value = new Function("document", "addEventListener", `${element("<script>")}\nreturn ${expression};`)(document, () => {});
process.stdout.write(process.argv[3] === undefined ? main.innerHTML : JSON.stringify(value));
