// Helpers the patched page calls: who acts, live forms, shortcuts, literal text.
window.demoPage = (() => {
  const { literals, codeOpen, codeClose, zones, shortcuts } = window.demoSettings;
  const ENTITIES = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };
  const TYPING_PAUSE = 250;
  let actor = "";
  let pending = null;

  const send = (socket, frame) => socket && socket.readyState === 1 && socket.send(JSON.stringify(frame));
  const zone = () => zones[actor] || undefined;

  function actAs(user, socket) {
    if (!user || user === actor) return;
    actor = user;
    send(socket, { t: "act_as", user });
  }

  function replaceLiterals(text, write) {
    return text.replace(/[\ue010-\ue02f]/g, (hidden) => (hidden in literals ? write(literals[hidden]) : hidden));
  }

  const reveal = (html) =>
    replaceLiterals(html, (literal) => ENTITIES[literal] || literal)
      .replaceAll(codeOpen, '<pre class="mrkdwn-code">')
      .replaceAll(codeClose, "</pre>");
  const plain = (text) => replaceLiterals(text, (literal) => literal).replaceAll(codeOpen, "").replaceAll(codeClose, "");

  const act = (socket, user, action, values) => {
    flush();
    send(socket, { t: "view_action", user, action, values });
  };

  // Slack reports typed text on Enter unless the form asks for every character.
  function changed(socket, user, view, blockId, actionId, value, values) {
    const block = view.blocks.find((candidate) => candidate.block_id === blockId);
    if (!block || !block.dispatch_action) return;
    if (pending && pending.field !== `${blockId}/${actionId}`) flush();
    clearTimeout(pending?.timer);
    const report = () => {
      pending = null;
      send(socket, { t: "view_action", user, action: { block_id: blockId, action_id: actionId, ...value }, values });
    };
    if (value.type !== "plain_text_input") return report();
    const triggers = block.element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
    const live = triggers.includes("on_character_entered");
    pending = { report, field: `${blockId}/${actionId}`, timer: live ? setTimeout(report, TYPING_PAUSE) : undefined };
  }

  function flush() {
    if (!pending) return;
    clearTimeout(pending.timer);
    pending.report();
  }

  // Every answer to a submission is a new view or a new set of errors; until then, wait.
  let submitted = {};
  function once(view, errors, submit) {
    if (submitted.view === view && submitted.errors === errors) return;
    submitted = { view, errors };
    flush();
    submit();
  }

  const closeAll = (socket, user) => send(socket, { t: "view_close", user, all: true });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches(".modal input.bk-plain-input")) flush();
  });

  const offered = (type) => shortcuts.filter((shortcut) => shortcut.type === type);
  const closeMenu = () => document.querySelector(".demo-menu")?.remove();

  function menu(anchor, socket, user, message) {
    closeMenu();
    const list = document.createElement("div");
    list.className = "demo-menu";
    for (const shortcut of offered("message")) {
      const item = document.createElement("button");
      item.className = "demo-menu-item";
      item.textContent = shortcut.name;
      item.onclick = () => {
        closeMenu();
        send(socket, {
          t: "shortcut",
          user,
          callback_id: shortcut.callback_id,
          channel: message.channel,
          messageTs: message.ts,
        });
      };
      list.append(item);
    }
    const place = anchor.getBoundingClientRect();
    list.style.top = `${place.bottom + 4}px`;
    list.style.right = `${window.innerWidth - place.right}px`;
    document.body.append(list);
    setTimeout(() => document.addEventListener("click", closeMenu, { once: true }));
  }

  return { actAs, act, changed, closeAll, menu, once, plain, reveal, zone, hasShortcuts: () => offered("message").length > 0 };
})();
