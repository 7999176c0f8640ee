use super::{Form, render};
use espice::pages::{Block, Inline, Page};

fn page(blocks: Vec<Block>) -> Page {
    Page { name: String::from("index"), title: String::from("a < b"), blocks }
}

#[test]
fn no_text_of_a_pack_is_taken_for_markup() {
    let text = |t: &str| Inline::Text(t.to_string());
    let code = |t: &str| Inline::Code(t.to_string());
    let row = vec![vec![text("x | y")], vec![code("a | `b`")]];
    let blocks = vec![
        Block::Paragraph(vec![text("*no* <b> [x](y) a_b"), code("VF < 3 V")]),
        Block::Table(vec![String::from("A"), String::from("B")], vec![row]),
        Block::Code(String::from("``` & <pre>")),
    ];
    let both = [Form::Html, Form::Markdown].map(|f| render(&[page(blocks.clone())], f));
    let [html, markdown] = both.map(|files| files.first().map(|f| f.1.clone()).unwrap());
    assert!(html.contains("<p>*no* &lt;b&gt; [x](y) a_b<code>VF &lt; 3 V</code></p>"), "{html}");
    assert!(html.contains("<pre>``` &amp; &lt;pre&gt;</pre>"), "{html}");
    assert!(markdown.contains(r"\*no\* \<b> \[x\](y) a_b`VF < 3 V`"), "{markdown}");
    assert!(markdown.contains(r"| x \| y | `` a \| `b` `` |"), "{markdown}");
    assert!(markdown.contains("````text\n``` & <pre>\n````\n"), "{markdown}");
}

#[test]
fn links_lead_to_pages_and_to_headings() {
    let to = |page: &str, anchor: &str| {
        Inline::Link(page.to_string(), anchor.to_string(), String::from("here"))
    };
    let line = vec![to("rules-a", ""), to("rules-a", "one"), to("index", "two")];
    let pages = [page(vec![Block::Heading(1, "two".into(), "Two".into()), Block::Paragraph(line)])];
    let file = |form| render(&pages, form).pop().unwrap();
    let (name, html) = file(Form::Html);
    assert_eq!(name, "index.html");
    for href in ["rules-a.html", "rules-a.html#one", "#two"] {
        assert!(html.contains(&format!("<a href=\"{href}\">here</a>")), "{href}: {html}");
    }
    assert!(html.contains("<h2 id=\"two\">Two</h2>"), "{html}");
    let (name, markdown) = file(Form::Markdown);
    assert_eq!(name, "index.md");
    for href in ["rules-a.md", "rules-a.md#one", "#two"] {
        assert!(markdown.contains(&format!("[here]({href})")), "{href}: {markdown}");
    }
    assert!(markdown.contains("<a id=\"two\"></a>\n\n## Two\n"), "{markdown}");
}
