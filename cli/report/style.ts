/** What this page has beside the rules of all pages. */
export const pageStyle = `
.lead { color: var(--dim); margin-top: -.5rem; } .state { font-weight: 600; padding: .1rem .6rem; border-radius: 1rem; border: 1px solid currentcolor; white-space: nowrap; margin-right: .35rem; }
.state.good { color: var(--three-ink); } .state.stopped { color: var(--ink); } .state.bad { color: var(--two-ink); }
:root { --two-ink: #a84300; --three-ink: #00694c; }
@media (prefers-color-scheme: dark) { :root { --two-ink: #ffb454; --three-ink: #4cd4ab; } }
.alert { border-left: .25rem solid var(--two); background: var(--raised); padding: .6rem .9rem; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 10.5rem), 1fr)); gap: .75rem; margin: 1.25rem 0; }
.tiles > div { background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; min-width: 0; }
.tiles .main { border-color: var(--one); border-width: 2px; }
.tiles dt { color: var(--dim); font-size: .85rem; } .tiles dd { margin: 0; overflow-wrap: anywhere; }
.tiles strong { display: block; font-size: 1.25rem; line-height: 1.3; font-variant-numeric: tabular-nums; } .tiles .main strong { font-size: 1.7rem; }
.tiles .words strong { font-size: 1rem; line-height: 1.5; } .tiles small { display: block; line-height: 1.35; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; padding: .5rem 0; margin: 0; border-block: 1px solid var(--line); font-size: .95rem; }
section { scroll-margin-top: 1rem; } section > h2 { padding-bottom: .2rem; border-bottom: 1px solid var(--line); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 0 1.5rem; align-items: end; }
.charts > * { min-width: 0; }
details { margin: .75rem 0; } summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
.facts > div, .commands > div { display: grid; grid-template-columns: minmax(6rem, 12rem) 1fr; gap: 0 1rem; padding: .2rem 0; }
.facts dt, .commands dt { color: var(--dim); } .facts dd, .commands dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.findings li { margin: .25rem 0; overflow-wrap: anywhere; }
.commands code { display: block; background: var(--raised); border: 1px solid var(--line); border-radius: .35rem; padding: .35rem .6rem; white-space: pre-wrap; }
.mistakes { padding: 0; list-style: none; }
.mistakes li { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; margin: .6rem 0; break-inside: avoid; }
.mistakes p { margin: 0 0 .35rem; overflow-wrap: anywhere; white-space: pre-line; } .mistakes .verdict { margin: 0; font-size: .9rem; color: var(--dim); }
.verdict b { color: var(--ink); font-weight: 600; } .verdict .wrong-label { border-bottom: 2px dashed var(--two); } .verdict .right-label { border-bottom: 2px solid var(--one); }
.bar { display: inline-block; min-width: 5rem; padding: 0 .35rem; border-radius: 2px;
  background: linear-gradient(to right, color-mix(in srgb, var(--one) 28%, transparent) calc(var(--part) * 100%), transparent 0); }
footer { margin-top: 3rem; padding-top: .75rem; border-top: 1px solid var(--line); color: var(--dim); font-size: .85rem; }
@media (max-width: 40rem) { .facts > div, .commands > div { grid-template-columns: 1fr; } body { padding: .75rem; } h1 { font-size: 1.3rem; } }
@media print { nav { display: none; } details::details-content { content-visibility: visible; block-size: auto; } .tiles > div, .mistakes li { break-inside: avoid; } }
`;
