/// The one style sheet, put together from its parts. Colours are state only; everything stands on a
/// grid of 4 px and a scale of 12, 13, 15, 20 and 28 px.
package enum Stylesheet {
    package static let text = [
        tokens, frame, words, controls, tables, states, pieces, policies, small, print,
    ]
    .joined(separator: "\n")

    /// Colours in both themes: each pair of text and ground has a contrast of at least 4.5:1, each
    /// border of a control 3:1.
    private static let tokens = """
        :root {
          color-scheme: light dark;
          --ground: light-dark(#ffffff, #101114);
          --side: light-dark(#f7f7f9, #15161a);
          --lift: light-dark(#f4f5f7, #1b1d21);
          --hover: light-dark(#f3f4f7, #191b1f);
          --line: light-dark(#e5e6eb, #282a30);
          --edge: light-dark(#868b96, #6a6f7a);
          --text: light-dark(#191a1e, #e8e9ed);
          --dim: light-dark(#595d67, #a2a6b1);
          --accent: light-dark(#2b50c7, #93abff);
          --accent-ground: light-dark(#eef2ff, #1a2140);
          --on-accent: light-dark(#ffffff, #0c1330);
          --ok: light-dark(#17703e, #5fcb8d);
          --bad: light-dark(#b3261b, #ff8f85);
          --warn: light-dark(#875200, #e9b354);
          --ok-fill: light-dark(#2f9e62, #37a169);
          --bad-fill: light-dark(#d4483d, #e0665b);
          --unknown-fill: light-dark(#9a9fab, #7d828e);
          --bad-ground: light-dark(#fdf1f0, #2a1614);
          --warn-ground: light-dark(#fdf6e7, #271d0b);
          --ok-ground: light-dark(#eef8f2, #10231a);
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, monospace;
        }
        :root[data-theme=light] { color-scheme: light }
        :root[data-theme=dark] { color-scheme: dark }
        """

    private static let frame = """
        *, ::before, ::after { box-sizing: border-box }
        html { scroll-padding-top: 48px; -webkit-text-size-adjust: 100% }
        body {
          margin: 0; background: var(--ground); color: var(--text); font-size: 13px;
            line-height: 20px;
          font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
            "Liberation Sans", sans-serif;
          font-variant-numeric: tabular-nums; -webkit-font-smoothing: antialiased;
        }
        .shell { display: grid; grid-template-columns: 212px minmax(0, 1fr); min-height: 100vh }
        .side {
          background: var(--side); border-right: 1px solid var(--line); padding: 12px 8px;
          position: sticky; top: 0; height: 100vh; overflow-y: auto; display: flex;
            flex-direction: column; gap: 12px;
        }
        .brand {
          display: flex; align-items: center; gap: 8px; padding: 4px 8px; font-size: 15px;
            font-weight: 600;
          color: var(--text); letter-spacing: -.01em;
        }
        .brand .i { width: 20px; height: 20px; color: var(--accent) }
        .side nav { display: flex; flex-direction: column; gap: 1px }
        .side nav a, .side .who a {
          display: flex; align-items: center; gap: 8px; min-height: 28px; padding: 4px 8px;
            border-radius: 6px; color: var(--dim);
          font-weight: 500;
        }
        .side nav a:hover, .side .who a:hover { background: var(--lift); color: var(--text);
          text-decoration: none }
        .side a[aria-current] { background: var(--lift); color: var(--text) }
        .side nav .gap { height: 12px }
        .who { margin-top: auto; display: flex; flex-direction: column; gap: 4px;
          border-top: 1px solid var(--line); padding-top: 8px }
        .who form { display: flex; gap: 4px; padding: 0 4px }
        .theme { display: flex; gap: 0 }
        .theme button { border: 0; background: none; min-height: 28px; padding: 0 8px;
          color: var(--dim); border-radius: 6px }
        .theme button[aria-pressed=true] { background: var(--lift); color: var(--text) }
        main { padding: 20px 32px 64px; min-width: 0; max-width: 1360px; width: 100% }
        .skip { position: absolute; left: -999px; top: 0; background: var(--ground);
          padding: 8px 12px; z-index: 9 }
        .skip:focus { left: 8px; top: 8px }
        .bare { max-width: 380px; margin: 12vh auto 0; padding: 0 20px }
        .bare .brand { padding: 0; margin-bottom: 24px }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 4px }
        main:focus { outline: 0 }
        """

    private static let words = """
        a { color: var(--accent); text-decoration: none }
        p.small a, td.free a, td.why a { text-decoration: underline }
        a:hover { text-decoration: underline; text-underline-offset: 2px }
        h1 { font-size: 20px; line-height: 28px; font-weight: 600; letter-spacing: -.015em;
          margin: 0; overflow-wrap: anywhere }
        h2 { font-size: 15px; line-height: 20px; font-weight: 600; letter-spacing: -.01em;
          margin: 0 }
        h3 { font-size: 13px; line-height: 20px; font-weight: 600; margin: 0 }
        p { margin: 0 }
        p + p { margin-top: 8px }
        small, .small { font-size: 12px; line-height: 16px }
        .dim { color: var(--dim) }
        .after { margin-top: 8px }
        .mono, code, pre, kbd { font-family: var(--mono); font-size: 12px }
        .num { text-align: right; white-space: nowrap }
        .nowrap { white-space: nowrap }
        .big { font-size: 28px; line-height: 32px; font-weight: 600; letter-spacing: -.02em }
        svg[width="0"] { position: absolute }
        .i { width: 16px; height: 16px; flex: none; fill: none; stroke: currentColor;
          stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round }
        .title { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 8px 16px;
          margin-bottom: 16px; min-height: 32px }
        .title > :first-child { flex: 1 1 320px; min-width: 0 }
        .title .dim { margin-top: 2px }
        .crumb { font-size: 12px; line-height: 16px; color: var(--dim); margin-bottom: 4px }
        .crumb a { color: var(--dim) }
        .acts { display: flex; flex-wrap: wrap; gap: 8px; align-items: center }
        time { white-space: nowrap }
        kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px;
          padding: 0 4px; color: var(--dim) }
        .vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
          white-space: nowrap }
        [hidden] { display: none }
        @media (min-width: 861px) { .narrow { display: none } }
        """

    private static let controls = """
        button, .button, input, select, textarea { font: inherit; color: inherit }
        button, .button {
          display: inline-flex; align-items: center; justify-content: center; gap: 6px;
            min-height: 32px; padding: 4px 12px;
          border: 1px solid light-dark(#cfd2da, #3c3f48); border-radius: 6px;
            background: var(--ground); color: var(--text); font-weight: 500; cursor: pointer;
          white-space: nowrap;
        }
        button:hover, .button:hover { background: var(--hover); text-decoration: none }
        button:disabled { color: var(--dim); cursor: default; opacity: .75 }
        .main { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
        .main:hover { background: color-mix(in srgb, var(--accent), var(--text) 14%) }
        .main:disabled { background: var(--lift); border-color: var(--line); color: var(--dim);
          opacity: 1 }
        .danger { border-color: var(--bad); color: var(--bad) }
        .danger:hover { background: var(--bad-ground) }
        .quiet { border-color: transparent; background: none; color: var(--dim); padding: 4px 8px }
        .quiet:hover { color: var(--text) }
        input[type=text], input[type=search], input[type=password], input[type=number],
          input[type=date], input[type=time], input[type=datetime-local], select {
          min-height: 32px; padding: 4px 8px; border: 1px solid var(--edge); border-radius: 6px;
            background: var(--ground); max-width: 100%;
        }
        input::placeholder { color: var(--dim); opacity: 1 }
        input[type=checkbox], input[type=radio] { width: 16px; height: 16px; margin: 0;
          accent-color: var(--accent); vertical-align: -3px }
        .field { display: flex; flex-direction: column; gap: 4px; margin-bottom: 16px;
          max-width: 420px; min-width: 0 }
        .field input, .field select { width: 100%; min-width: 0 }
        .field > label, .field > .label { font-weight: 500 }
        .field small { color: var(--dim) }
        .row { display: flex; flex-wrap: wrap; gap: 8px 16px }
        .row .field { flex: 1 1 140px }
        .filters { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center;
          margin-bottom: 8px }
        .filters .s { font-weight: 400 } .title .filters { margin: 0 }
        .find { position: relative; flex: 0 1 300px }
        .find .i { position: absolute; left: 8px; top: 8px; color: var(--dim) }
        .find input { width: 100%; padding-left: 30px; padding-right: 30px }
        .find kbd { position: absolute; right: 8px; top: 6px; line-height: 18px }
        .find input:focus + kbd, .find input:not(:placeholder-shown) + kbd { display: none }
        .chips { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 0 0 8px }
        .chip {
          display: inline-flex; align-items: center; gap: 4px; min-height: 24px;
            padding: 0 6px 0 10px; border-radius: 12px; background: var(--accent-ground);
          color: var(--accent); font-weight: 500;
        }
        .chip .i { width: 14px; height: 14px }
        @media (scripting: enabled) { .noscript { display: none } }
        @media (scripting: none) { .find kbd, .script { display: none } }
        """
}
