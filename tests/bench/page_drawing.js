// Runs the script of a report's page over a document with nothing but <main>, and prints what it draws there.
"use strict";
const html = require("fs").readFileSync(process.argv[2], "utf8");
const element = (begin) => html.slice(html.indexOf(begin) + begin.length, html.indexOf("</script", html.indexOf(begin)));
const main = {innerHTML: "", clientWidth: 980};
const document = {
  title: "",
  getElementById: () => ({textContent: element('id="data">')}),
  querySelector: (name) => (name === "main" ? main : null),
};
new Function("document", "addEventListener", element("<script>"))(document, () => {});
process.stdout.write(main.innerHTML);
