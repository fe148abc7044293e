//! Which Lambda functions a package has, where their handlers are, and whose code a file is.

use shindan_artifact::{Artifact, CodeLocation, Discovery, FunctionDecl, LayerRef, TemplateKind};
use shindan_base::{FileId, Interner};
use shindan_finding::{FunctionNote, FunctionStatus};
use shindan_source::Language;

use crate::load::Loaded;

/// A function's code as the scan sees it.
pub(crate) struct FunctionCode {
    pub(crate) note: FunctionNote,
    /// Folder or file that holds its code, and its layers; empty for the whole package, `None` when it is elsewhere.
    pub(crate) folders: Vec<String>,
    /// Where its handler is: file and exported name.
    pub(crate) handler: Option<(FileId, String)>,
}

pub(crate) fn kind_name(kind: TemplateKind) -> &'static str {
    match kind {
        TemplateKind::Sam => "sam",
        TemplateKind::CloudFormation => "cloudformation",
        TemplateKind::Cdk => "cdk",
        TemplateKind::Terraform => "terraform",
        TemplateKind::Serverless => "serverless",
    }
}

/// Paths that a handler string may mean, most likely first: `src/app.main` in `code` is `code/src/app.py`.
pub(crate) fn handler_paths(folder: &str, handler: &str, runtime: Option<&str>) -> Vec<String> {
    let Some((module, _)) = handler.rsplit_once('.') else {
        return Vec::new();
    };
    let python = runtime.is_none_or(|r| r.starts_with("python"));
    let node = runtime.is_none_or(|r| r.starts_with("node"));
    let mut paths = Vec::new();
    let join = |name: &str| {
        if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        }
    };
    if python {
        let module = module.replace('.', "/");
        paths.push(join(&format!("{module}.py")));
        paths.push(join(&format!("{module}/__init__.py")));
    }
    if node {
        for extension in ["js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx"] {
            paths.push(join(&format!("{module}.{extension}")));
        }
    }
    paths
}

/// The file of the class that a handler `a.b.Class::method` or `a.b.Class` names, wherever a build keeps its sources.
fn java_file<'f>(folder: &str, handler: &str, files: &'f [Loaded]) -> Option<&'f Loaded> {
    let class = handler.split("::").next()?;
    if class.is_empty() {
        return None;
    }
    // A nested class stands in the file of the outermost one.
    let class = class.split('$').next()?;
    let path = format!("{}.java", class.replace('.', "/"));
    files.iter().find(|f| {
        f.module.is_some()
            && is_inside(&f.path, folder)
            && f.path
                .strip_suffix(&path)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    })
}

fn folder_of(path: &str) -> String {
    path.trim_start_matches("./")
        .trim_matches('/')
        .trim_end_matches("/.")
        .to_owned()
}

/// Folders of a declaration: its code's and its layers'.
pub(crate) fn folders(decl: &FunctionDecl) -> Vec<String> {
    let mut folders = Vec::new();
    if let CodeLocation::Path(path) = &decl.code {
        folders.push(folder_of(path));
        for layer in &decl.layers {
            if let LayerRef::Path(path) = layer {
                folders.push(folder_of(path));
            }
        }
    }
    folders
}

/// Whether a file lies at or below a folder (an archive's content lies below `name!`).
pub(crate) fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || folder == "."
        || path == folder
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/') || rest.starts_with("!/"))
}

/// The declared functions, with their handlers looked up among the loaded files.
pub(crate) fn declared(
    artifact: &Artifact,
    discovery: &Discovery,
    files: &[Loaded],
    inline: &[(usize, FileId)],
) -> Vec<FunctionCode> {
    let mut functions = Vec::new();
    for (i, decl) in discovery.functions.iter().enumerate() {
        let runtime = decl.runtime.clone().unwrap_or_default();
        let handler = decl.handler.clone().unwrap_or_default();
        let exported = handler.rsplit('.').next().unwrap_or_default().to_owned();
        let mut status = FunctionStatus::Scanned;
        let mut at = None;
        match &decl.code {
            CodeLocation::Path(path) => {
                let folder = folder_of(path);
                if !runtime.is_empty()
                    && !runtime.starts_with("python")
                    && !runtime.starts_with("node")
                    && !runtime.starts_with("java")
                    && !runtime.starts_with("provided")
                {
                    status = FunctionStatus::NotScanned(format!(
                        "code of {runtime} is not analysed yet"
                    ));
                } else if artifact
                    .entries()
                    .iter()
                    .any(|e| is_inside(&e.path, &folder))
                {
                    let wanted = handler_paths(&folder, &handler, decl.runtime.as_deref());
                    let whole_file = files
                        .iter()
                        .find(|f| f.path == folder && f.module.is_some());
                    let found = wanted
                        .iter()
                        .find_map(|w| {
                            files.iter().find(|f| {
                                &f.path == w || f.path == w.replace(&folder, &format!("{folder}!"))
                            })
                        })
                        .or(whole_file);
                    let found = match found {
                        None if runtime.starts_with("java") => java_file(&folder, &handler, files),
                        found => found,
                    };
                    match found {
                        Some(file) if runtime.starts_with("java") => {
                            at = Some((file.file, handler.clone()));
                        }
                        Some(file) => at = Some((file.file, exported)),
                        None if handler.is_empty() => {}
                        None => {
                            status = FunctionStatus::NotScanned(format!(
                                "its handler `{handler}` is not in `{path}`; the files there were analysed without it"
                            ))
                        }
                    }
                } else {
                    status = FunctionStatus::NotScanned(format!("its code `{path}` is not here"));
                }
            }
            CodeLocation::Inline(code) => match inline.iter().find(|(k, _)| *k == i) {
                Some((_, file)) => {
                    at = Some((
                        *file,
                        if exported.is_empty() {
                            "handler".to_owned()
                        } else {
                            exported
                        },
                    ))
                }
                None => {
                    status = FunctionStatus::NotScanned(format!(
                        "its inline code is of {}",
                        code.language
                            .map_or_else(|| "an unknown language".to_owned(), |l| l.to_string())
                    ))
                }
            },
            CodeLocation::Elsewhere { what, why } => {
                status = FunctionStatus::NotScanned(format!("{what}: {why}"))
            }
        }
        functions.push(FunctionCode {
            note: FunctionNote {
                name: decl.name.clone(),
                runtime,
                handler,
                declared_by: kind_name(decl.kind).to_owned(),
                path: decl.origin.path.clone(),
                status,
            },
            folders: folders(decl),
            handler: at,
        });
    }
    functions
}

/// The function that the command line names.
pub(crate) fn by_option(handler: &str, runtime: Option<&str>, files: &[Loaded]) -> FunctionCode {
    let wanted = handler_paths("", handler, runtime);
    let found = wanted
        .iter()
        .find_map(|w| files.iter().find(|f| &f.path == w && f.module.is_some()));
    let is_java = runtime.map_or(handler.contains("::"), |r| r.starts_with("java"));
    let found = match found {
        None if is_java => java_file("", handler, files),
        found => found,
    };
    let exported = if is_java {
        handler.to_owned()
    } else {
        handler.rsplit('.').next().unwrap_or_default().to_owned()
    };
    let status = match found {
        Some(_) => FunctionStatus::Scanned,
        None => FunctionStatus::NotScanned(format!(
            "no file for the handler `{handler}`: looked for {}",
            wanted.join(", ")
        )),
    };
    FunctionCode {
        note: FunctionNote {
            name: handler.to_owned(),
            runtime: runtime.unwrap_or_default().to_owned(),
            handler: handler.to_owned(),
            declared_by: "option".to_owned(),
            path: found.map_or_else(String::new, |f| f.path.clone()),
            status,
        },
        folders: vec![String::new()],
        handler: found.map(|f| (f.file, exported)),
    }
}

/// Functions that look like handlers in a package that declares none: by their customary names at module level.
pub(crate) fn by_convention(files: &[Loaded], names: &Interner) -> Vec<FunctionNote> {
    let mut notes = Vec::new();
    for loaded in files {
        let (Some(module), Some(language)) = (&loaded.module, loaded.language) else {
            continue;
        };
        for function in module.functions.iter().skip(1) {
            let name = names.text(function.name);
            if language == Language::Java {
                let class = function
                    .class
                    .and_then(|class| module.classes.get(class.0 as usize));
                if let Some(class) = class
                    && name == "handleRequest"
                    && !function.params.is_empty()
                {
                    notes.push(FunctionNote {
                        name: loaded.path.clone(),
                        runtime: "java".to_owned(),
                        handler: format!("{}::{name}", names.text(class.declared.qualified)),
                        declared_by: "convention".to_owned(),
                        path: loaded.path.clone(),
                        status: FunctionStatus::Scanned,
                    });
                    break;
                }
                continue;
            }
            let customary = matches!(name, "lambda_handler" | "handler" | "lambdaHandler");
            if !customary
                || function.class.is_some()
                || names.text(function.qualified) != name
                || function.params.is_empty()
            {
                continue;
            }
            let stem = loaded
                .path
                .rsplit('/')
                .next()
                .and_then(|f| f.split('.').next())
                .unwrap_or_default();
            notes.push(FunctionNote {
                name: loaded.path.clone(),
                runtime: match language {
                    Language::Python => "python",
                    Language::JavaScript | Language::TypeScript | Language::Tsx => "nodejs",
                    Language::Java => "java",
                    Language::CSharp => "dotnet",
                    Language::Ruby | Language::Erb | Language::RailsView | Language::Haml => "ruby",
                }
                .to_owned(),
                handler: format!("{stem}.{name}"),
                declared_by: "convention".to_owned(),
                path: loaded.path.clone(),
                status: FunctionStatus::Scanned,
            });
            break;
        }
    }
    notes
}
