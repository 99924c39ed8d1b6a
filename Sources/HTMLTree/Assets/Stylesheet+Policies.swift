/// The parts of the style sheet for policies: the editor, written policies, strips of windows.
extension Stylesheet {
    package static let policies = """
        .editor .field:has(textarea) { max-width: none }
        textarea { width: 100%; min-height: 240px; padding: 12px; border: 1px solid var(--edge);
          border-radius: 8px; background: var(--ground); resize: vertical }
        textarea.yaml { font-family: var(--mono); font-size: 13px; line-height: 20px;
          white-space: pre; overflow: auto; tab-size: 2 }
        fieldset { border: 0; margin: 0 0 16px; padding: 0; display: flex; flex-direction: column;
          gap: 6px; align-items: flex-start }
        legend { font-weight: 500; padding: 0; margin-bottom: 4px }
        fieldset label.s, .confirm { font-weight: 400; display: flex; gap: 8px;
          align-items: center }
        .confirm { margin-bottom: 16px; font-weight: 500 }
        .late { color: var(--bad); font-weight: 500 }
        .names { overflow-wrap: anywhere }
        .written { max-width: 760px } .written h3 { margin: 16px 0 4px }
        .written li { margin-bottom: 4px }
        .sum > h2 { margin-bottom: 12px } .sum h3 { margin: 12px 0 4px }
        .strip { min-width: 220px; width: 40% }
        .openings { columns: 2 340px; margin-bottom: 16px }
        td.free, th.free { white-space: normal; max-width: none }
        td form .quiet { min-height: 24px; padding: 0 8px }
        """
}
