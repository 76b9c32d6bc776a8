//! The page's frame: style and escaping.

/// Text that is safe between tags and in attributes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', "&#39;")
        .replace('"', "&quot;")
}

/// A whole document around `body`. It refers to nothing outside itself.
pub fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\
         <meta name='viewport' content='width=device-width, initial-scale=1'>\
         <title>{}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n",
        escaped(title)
    )
}

const STYLE: &str = "
:root { --ink: #22201d; --paper: #faf8f4; --faint: #d9d4ca; --quiet: #6d675e; --accent: #b3401f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece8e1; --paper: #1b1a18; --faint: #3a3733; --quiet: #a39c91; --accent: #f08a5d; }
}
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 40px 0 8px; }
p { max-width: 72ch; margin: 6px 0; } .quiet { color: var(--quiet); }
header { display: flex; gap: 32px; align-items: center; flex-wrap: wrap; }
header > div { flex: 1 1 420px; } header img { width: 440px; max-width: 100%; }
.pair { display: flex; gap: 24px; flex-wrap: wrap; }
figure { margin: 12px 0; flex: 1 1 300px; } figcaption { color: var(--quiet); font-size: 13px; }
figure img { max-width: 100%; max-height: 280px; display: block; }
.editor img { max-height: none; border: 1px solid var(--faint); }
svg { width: 100%; height: auto; display: block; margin: 2px 0 6px; }
svg .grid { stroke: var(--faint); stroke-width: 1; }
svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); }
svg .label { font-weight: 600; fill: var(--ink); }
svg .brush { fill: var(--quiet); } svg .curve { fill: none; stroke: var(--accent); stroke-width: 2; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 8px; border-bottom: 1px solid var(--faint); }
th { color: var(--quiet); font-weight: 600; } .text { text-align: left; }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
.numbers { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px 24px; margin: 20px 0 0; }
.numbers b { display: block; font-size: 24px; font-weight: 600; }
.numbers span { color: var(--quiet); font-size: 13px; }
";
