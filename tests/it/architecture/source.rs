//! Rust source as tokens and paths: enough to ask what a file names, without what only its comments and
//! texts say.

/// One file under `src/` or `tests/`.
pub struct SourceFile {
    /// From the repository's root, with `/`.
    pub path: String,
    /// Number of lines.
    pub lines: usize,
    /// Words and signs, without comments; a text is the token `""`.
    pub tokens: Vec<Token>,
    /// Every path of two or more segments, and every name that is imported.
    pub paths: Vec<NamedPath>,
}

/// A word, a sign, or `::`.
pub struct Token {
    /// As written.
    pub text: String,
    /// Line, from 1.
    pub line: usize,
}

/// A path such as `crate::store::Store`; a group is one path for each member.
#[derive(Debug, PartialEq)]
pub struct NamedPath {
    /// The names between the `::`; `*` for all.
    pub segments: Vec<String>,
    /// Line, from 1.
    pub line: usize,
    /// Inline modules around it.
    pub inline_depth: usize,
    /// True when a `use` gives it another name.
    pub is_renamed: bool,
    /// True for `pub use`, however far the `pub` reaches.
    pub is_exported: bool,
}

/// A function with a body.
pub struct Function {
    /// Its name.
    pub name: String,
    /// Line of its `fn`, from 1.
    pub line: usize,
    /// Lines from there to its closing brace.
    pub length: usize,
}

impl SourceFile {
    /// Reads a file's text.
    pub fn read(path: &str, text: &str) -> SourceFile {
        let tokens = tokens(text);
        let paths = paths(&tokens);
        SourceFile { path: path.to_owned(), lines: text.lines().count(), tokens, paths }
    }

    /// Lines at which these tokens stand in a row.
    pub fn lines_of(&self, sequence: &[&str]) -> Vec<usize> {
        let matches = |window: &&[Token]| window.iter().zip(sequence).all(|(token, text)| token.text == *text);
        self.tokens.windows(sequence.len()).filter(matches).map(|window| window[0].line).collect()
    }

    /// Every function with a body, inner ones too.
    pub fn functions(&self) -> Vec<Function> {
        (0..self.tokens.len()).filter_map(|index| self.function_at(index)).collect()
    }

    fn function_at(&self, index: usize) -> Option<Function> {
        let [keyword, name] = self.tokens.get(index..index + 2)? else { return None };
        // `fn(` is a type; `fn $name` is a function of a macro.
        if keyword.text != "fn" || name.text == "(" {
            return None;
        }
        let mut depth = 0_usize;
        let mut is_inside = false;
        for token in &self.tokens[index..] {
            match token.text.as_str() {
                ";" if depth == 0 => return None,
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                "{" => {
                    is_inside |= depth == 0;
                    depth += 1;
                }
                "}" => {
                    depth = depth.saturating_sub(1);
                    if is_inside && depth == 0 {
                        let length = token.line - keyword.line + 1;
                        return Some(Function { name: name.text.clone(), line: keyword.line, length });
                    }
                }
                _ => {}
            }
        }
        None
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let (length, token) = next_token(rest, first);
        if let Some(token) = token {
            tokens.push(Token { text: token.to_owned(), line });
        }
        let (passed, remaining) = rest.split_at(length);
        line += passed.matches('\n').count();
        rest = remaining;
    }
    tokens
}

/// Length in bytes of what stands at the start, and the token that it is, if it is one.
fn next_token(rest: &str, first: char) -> (usize, Option<&str>) {
    if first.is_whitespace() {
        return (first.len_utf8(), None);
    } else if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    } else if rest.starts_with("/*") {
        return (block_comment(rest), None);
    } else if first == '\'' {
        return (character_or_lifetime(rest), None);
    }
    let word = &rest[..rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())];
    let after = &rest[word.len()..];
    if matches!(word, "r" | "br" | "cr") && after.starts_with(['"', '#']) {
        let hashes = &after[..after.find(|letter| letter != '#').unwrap_or(after.len())];
        if after[hashes.len()..].starts_with('"') {
            let end = format!("\"{hashes}");
            let start = word.len() + hashes.len() + 1;
            return (rest[start..].find(&end).map_or(rest.len(), |found| start + found + end.len()), Some("\"\""));
        }
    }
    if matches!(word, "" | "b" | "c") && after.starts_with('"') {
        return (word.len() + quoted(after, '"'), Some("\"\""));
    } else if word == "b" && after.starts_with('\'') {
        return (word.len() + quoted(after, '\''), None);
    } else if word.is_empty() {
        let sign = if rest.starts_with("::") { "::" } else { &rest[..first.len_utf8()] };
        return (sign.len(), Some(sign));
    }
    (word.len(), Some(word))
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Length of a text from its opening sign to its closing one.
fn quoted(rest: &str, sign: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        if letter == sign && !is_escaped {
            return at + 1;
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    rest.len()
}

fn character_or_lifetime(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), _) | (Some(_), Some((_, '\''))) => quoted(rest, '\''),
        _ => 1 + rest[1..].find(|letter| !is_word(letter)).unwrap_or(rest.len() - 1),
    }
}

fn is_name(token: &Token) -> bool {
    token.text.starts_with(is_word)
}

fn paths(tokens: &[Token]) -> Vec<NamedPath> {
    let mut paths = Vec::new();
    let mut depth = 0_usize;
    // Depth of braces at which each inline module around us closes.
    let mut modules: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let text = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text.as_str());
        match text(0) {
            "mod" if text(2) == "{" => modules.push(depth),
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                modules.pop_if(|module| *module == depth);
            }
            // `use <` lists what a type captures.
            "use" if text(1) != "<" => {
                let found = paths.len();
                let is_exported = is_public(&tokens[..at]);
                at = use_tree(tokens, at + 1, &[], &mut paths);
                for path in &mut paths[found..] {
                    path.inline_depth = modules.len();
                    path.is_exported = is_exported;
                }
                continue;
            }
            _ if is_name(&tokens[at]) && text(1) == "::" => {
                let path = expression_path(tokens, at, modules.len());
                at += 2 * path.segments.len() - 1;
                paths.push(path);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    paths
}

/// True when the tokens end in `pub`, or in `pub(…)`.
fn is_public(before: &[Token]) -> bool {
    let Some((last, earlier)) = before.split_last() else { return false };
    let opening = earlier.iter().rposition(|token| token.text == "(");
    let word = if last.text == ")" { opening.and_then(|at| earlier[..at].last()) } else { Some(last) };
    word.is_some_and(|token| token.text == "pub")
}

fn expression_path(tokens: &[Token], start: usize, inline_depth: usize) -> NamedPath {
    let mut segments = vec![tokens[start].text.clone()];
    let mut at = start + 1;
    while let [colons, name, ..] = &tokens[at..]
        && colons.text == "::"
        && is_name(name)
    {
        segments.push(name.text.clone());
        at += 2;
    }
    NamedPath { segments, line: tokens[start].line, inline_depth, is_renamed: false, is_exported: false }
}

/// Reads one tree of a `use` from `at`, and answers where it ends.
fn use_tree(tokens: &[Token], mut at: usize, prefix: &[String], paths: &mut Vec<NamedPath>) -> usize {
    let mut segments = prefix.to_vec();
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    let end = if tokens[at].text == "," { at } else { use_tree(tokens, at, &segments, paths) };
                    // A tree that reads nothing is no Rust; what matters is to go on.
                    at = if end == at { at + 1 } else { end };
                }
                return at + 1;
            }
            "as" => {
                if let Some(path) = paths.last_mut() {
                    path.is_renamed = true;
                }
                return at + 2;
            }
            text if is_name(token) || text == "*" => {
                segments.push(text.to_owned());
                at += 1;
                if tokens.get(at).is_none_or(|next| next.text != "::") {
                    let (line, segments) = (token.line, std::mem::take(&mut segments));
                    paths.push(NamedPath { segments, line, inline_depth: 0, is_renamed: false, is_exported: false });
                }
            }
            _ => return at,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_texts_say_nothing() {
        assert_eq!(words("a // b\n/* c /* d */ e */ f"), ["a", "f"]);
        assert_eq!(words(r###"a("b\"c", r#"d"e"#, b"f", 'g', '\'', b'"', '"') h"###).join(""), r#"a("","","",,,,)h"#);
        assert_eq!(words("fn f<'a>(x: &'a str) -> r#type {}").join(" "), "fn f < > ( x : & str ) - > r # type { }");
        assert_eq!(tokens("a\n\"b\nc\"\nd").last().map(|token| token.line), Some(4));
    }

    #[test]
    fn groups_are_one_path_for_each_member() {
        let text =
            "pub(crate) use a::{self, b::{c as d, *}, e};\nmod m { fn f() -> g::H { $crate::i(1); x } } j::k!();";
        let found: Vec<String> = SourceFile::read("", text)
            .paths
            .iter()
            .map(|path| {
                let marks = [
                    (path.is_exported, " exported"),
                    (path.is_renamed, " renamed"),
                    (path.inline_depth > 0, " inside"),
                ];
                let marks = marks.iter().filter(|(is_set, _)| *is_set).map(|(_, mark)| *mark);
                format!("{}{}", path.segments.join("::"), marks.collect::<String>())
            })
            .collect();
        let expected = [
            "a::self exported",
            "a::b::c exported renamed",
            "a::b::* exported",
            "a::e exported",
            "g::H inside",
            "crate::i inside",
            "j::k",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn functions_are_measured_to_their_closing_brace() {
        let text = "trait T { fn declared(x: [u8; 2]); }\nfn outer(f: fn(u8)) -> [u8; 2]\n{\n fn inner() {}\n \"}\"\n}\nstruct S;";
        let found: Vec<(String, usize, usize)> = SourceFile::read("", text)
            .functions()
            .into_iter()
            .map(|function| (function.name, function.line, function.length))
            .collect();
        assert_eq!(found, [("outer".to_owned(), 2, 5), ("inner".to_owned(), 4, 1)]);
    }
}
