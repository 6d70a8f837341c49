// A Bolt JS app with one listener for each command, action, form and event that Meridian routes.
// node bolt_app.js ROUTES.json PORT
const { readFileSync } = require("node:fs");
const { App, LogLevel } = require("@slack/bolt");

const [routesFile, port] = process.argv.slice(2);
const routes = JSON.parse(readFileSync(routesFile, "utf8"));

const app = new App({
  signingSecret: process.env.BENCH_SECRET,
  authorize: async () => ({ botToken: "xoxb-benchmark", botId: "B1", botUserId: "U1" }),
  logLevel: LogLevel.ERROR,
});

for (const name of routes.commands) app.command(name, async ({ ack }) => ack("help"));
for (const name of routes.actions) app.action(name, async ({ ack }) => ack());
for (const name of routes.views) app.view(name, async ({ ack }) => ack());
for (const name of routes.shortcuts) app.shortcut(name, async ({ ack }) => ack());
for (const name of routes.events) app.event(name, async () => {});

app.start({ port: Number(port), host: "127.0.0.1" });
