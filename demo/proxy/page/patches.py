"""Small changes to the served page, where it drops or can't show what Slack does.

The page is one minified file and its version is pinned by the lock file, so each change names the
exact text it replaces; a text that isn't there exactly once means another version: `PageChanged`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from demo.proxy.translate.guard import CODE_CLOSE, CODE_OPEN, LITERALS
from demo.proxy.translate.json import Json

HERE = Path(__file__).parent


class PageChanged(Exception):
    """local-slack's page isn't the version these patches were written for."""


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One replacement in the page's code, and why it is made."""

    why: str
    old: str
    new: str


PATCHES = (
    Patch(
        why="tell the proxy who acts from the first frame on",
        old="${l}://${location.host}/ui`",
        new='${l}://${location.host}/ui?user=${au||""}`',
    ),
    Patch(
        why="tell the proxy, and the script, when somebody else acts",
        old="{s6(m)},[m])",
        new="{s6(m),demoPage.actAs(m,pe)},[m])",
    ),
    Patch(
        why="several-line text fields",
        old='??l.initial_value??"";return f.jsx("input",',
        new='??l.initial_value??"";return f.jsx(l.multiline?"textarea":"input",',
    ),
    Patch(
        why="selects in forms start with their initial option",
        old='const V=((L=(R=K.get(c,g))==null?void 0:R.selected_option)==null?void 0:L.value)??"";',
        new='const V=(K.get(c,g)?K.get(c,g).selected_option:l.initial_option)?.value??"";',
    ),
    Patch(
        why="checkboxes start with their initial options",
        old="((q=K.get(c,g))==null?void 0:q.selected_options)??[]",
        new="((q=K.get(c,g))==null?void 0:q.selected_options)??l.initial_options??[]",
    ),
    Patch(
        why="radio buttons start with their initial option",
        old="(te=(fe=K.get(c,g))==null?void 0:fe.selected_option)==null?void 0:te.value",
        new="(te=(fe=K.get(c,g)??{selected_option:l.initial_option})==null?void 0:"
        "fe.selected_option)==null?void 0:te.value",
    ),
    Patch(
        why="option texts may be mrkdwn and have a description",
        old='" ",(Ae=he.text)==null?void 0:Ae.text]',
        new='" ",Er(he.text),he.description&&f.jsx("div",'
        '{className:"bk-hint",children:Er(he.description)})]',
    ),
    Patch(
        why="selects in messages show their current option",
        old='className:"bk-select",defaultValue:"",onChange',
        new='className:"bk-select",key:l.initial_option?.value??"",'
        'defaultValue:l.initial_option?.value??"",onChange',
    ),
    Patch(
        why="date fields in messages show their current date",
        old='{className:"bk-plain-input",type:"date",onChange:K=>k({type:"datepicker"',
        new='{className:"bk-plain-input",type:"date",defaultValue:l.initial_date??"",'
        'onChange:K=>k({type:"datepicker"',
    ),
    Patch(
        why="a button with a url opens it",
        old='onClick:()=>k({type:"button",value:l.value,text:l.text})',
        new='onClick:()=>{l.url&&window.open(l.url,"_blank","noopener");'
        'k({type:"button",value:l.value,text:l.text})}',
    ),
    Patch(
        why="changes in a form reach the bot where it asked for them",
        old="set:(R,L,P)=>k(B=>({...B,[R]:{...B[R],[L]:P}}))",
        new="set:(R,L,P)=>{const G={...g,[R]:{...g[R],[L]:P}};k(G);"
        "demoPage.changed(pe,a,m,R,L,P,G)}",
    ),
    Patch(
        why="and the form they belong to is the one now shown",
        old="[g]);return m?f.jsx",
        new="[g,m]);return m?f.jsx",
    ),
    Patch(
        why="buttons and selects in a modal act; errors are shown at their field",
        old="ctx:{input:C}})",
        new="ctx:{input:C,errors:c,onAction:x=>demoPage.act(pe,a,x,g)}})",
    ),
    Patch(
        why="errors without a field stay at the foot",
        old='c&&Object.entries(c).map(([R,L])=>f.jsxs("div",{className:"modal-error",'
        'children:[R,": ",L]},R))',
        new="c&&Object.entries(c).filter(([R])=>!m.blocks.some(B=>B.block_id===R))"
        '.map(([R,L])=>f.jsx("div",{className:"modal-error",children:L},R))',
    ),
    Patch(
        why="errors with a field are shown below it",
        old='l.hint&&f.jsx("div",{className:"bk-hint",children:l.hint.text})]',
        new='l.hint&&f.jsx("div",{className:"bk-hint",children:l.hint.text}),'
        'a.errors?.[c]&&f.jsx("div",{className:"modal-error",children:a.errors[c]})]',
    ),
    Patch(
        why="a click beside a modal must not lose what was typed",
        old='{className:"modal-overlay",onClick:()=>Bl(a),children',
        new='{className:"modal-overlay",children',
    ),
    Patch(
        why="the cross closes every modal, Cancel only the one on top",
        old='className:"modal-x",onClick:()=>Bl(a)',
        new='className:"modal-x",onClick:()=>demoPage.closeAll(pe,a)',
    ),
    Patch(
        why="a form is submitted once, however often the button is pressed",
        old="onClick:()=>f6(a,g)",
        new="onClick:()=>demoPage.once(m,c,()=>f6(a,g))",
    ),
    Patch(
        why="a form's fields and scroll position belong to its view: never reuse them",
        old='f.jsxs("div",{className:"modal",onClick',
        new='f.jsxs("div",{className:"modal",key:m.id,onClick',
    ),
    Patch(
        why="literal characters come back last",
        old='c=z6(c),c=c.replace(/\\n/g,"<br/>"),c}',
        new='c=z6(c),c=c.replace(/\\n/g,"<br/>"),demoPage.reveal(c)}',
    ),
    Patch(
        why="notices show literal characters too",
        old='const a=(l??"").replace(/<@([A-Z0-9]+)>/g',
        new='const a=demoPage.plain(l??"").replace(/<@([A-Z0-9]+)>/g',
    ),
    Patch(
        why="the hour beside a message is the reader's own",
        old='toLocaleTimeString([],{hour:"2-digit",minute:"2-digit"})',
        new='toLocaleTimeString("en-GB",{hour:"2-digit",minute:"2-digit",'
        "timeZone:demoPage.zone()})",
    ),
    Patch(
        why="messages in a thread have a menu too",
        old="!R&&!B&&f.jsxs",
        new="!B&&f.jsxs",
    ),
    Patch(
        why="a menu with the app's message shortcuts",
        old='children:"😀"}),z&&',
        new='children:"😀"}),demoPage.hasShortcuts()&&f.jsx("button",'
        '{className:"msg-hover-btn msg-more",title:"More actions",'
        'onClick:x=>demoPage.menu(x.currentTarget,pe,a,l),children:"⋯"}),z&&',
    ),
    Patch(
        why="no advice to type a command nobody has",
        old=" — try /echo hi`",
        new="`",
    ),
)


def patched(html: str, settings: Json) -> str:
    """Return the page with every patch applied and the demo's script and style added."""
    for patch in PATCHES:
        if html.count(patch.old) != 1:
            raise PageChanged(f"{patch.why}: found {html.count(patch.old)} times")
        html = html.replace(patch.old, patch.new)
    head, end, body = html.rpartition("</head>")
    return f"{head.replace('<head>', '<head>' + _script(settings), 1)}{_style()}{end}{body}"


def _script(settings: Json) -> str:
    known = {**settings, "literals": {v: k for k, v in LITERALS.items()}}
    known |= {"codeOpen": CODE_OPEN, "codeClose": CODE_CLOSE}
    data = json.dumps(known).replace("<", "\\u003c")
    script = (HERE / "page.js").read_text("utf-8")
    return f"<script>window.demoSettings={data};\n{script}</script>"


def _style() -> str:
    return f"<style>{(HERE / 'page.css').read_text('utf-8')}</style>"
