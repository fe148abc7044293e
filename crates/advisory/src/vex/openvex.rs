use serde::Deserialize;

use super::{Draft, Status};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    statements: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    vulnerability: Vulnerability,
    #[serde(default)]
    products: Vec<Product>,
    status: Status,
    #[serde(default)]
    justification: String,
    #[serde(default)]
    impact_statement: String,
}

/// An object since version 0.2 of the specification, a text before.
#[derive(Deserialize)]
#[serde(untagged)]
enum Vulnerability {
    Id(String),
    Named {
        #[serde(default)]
        name: String,
        #[serde(default)]
        aliases: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Product {
    Id(String),
    Component(Component),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Component {
    #[serde(rename = "@id")]
    id: String,
    identifiers: Identifiers,
    subcomponents: Vec<Part>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Part {
    #[serde(rename = "@id")]
    id: String,
    identifiers: Identifiers,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identifiers {
    purl: String,
}

fn purl(id: &str, identifiers: &Identifiers) -> String {
    if identifiers.purl.is_empty() {
        id.to_owned()
    } else {
        identifiers.purl.clone()
    }
}

pub(super) fn read(json: &[u8]) -> Result<Vec<Draft>, serde_json::Error> {
    let document: Document = serde_json::from_slice(json)?;
    let mut drafts = Vec::new();
    for entry in document.statements {
        let vulnerabilities = match entry.vulnerability {
            Vulnerability::Id(id) => vec![id],
            Vulnerability::Named { name, mut aliases } => {
                aliases.insert(0, name);
                aliases
            }
        };
        let justification = if entry.justification.is_empty() {
            entry.impact_statement
        } else {
            entry.justification
        };
        let mut push = |package: String, within: Option<String>| {
            drafts.push(Draft {
                vulnerabilities: vulnerabilities.clone(),
                package: Some(package),
                within,
                status: entry.status,
                justification: justification.clone(),
            });
        };
        for product in entry.products {
            match product {
                Product::Id(id) => push(id, None),
                Product::Component(product) => {
                    let id = purl(&product.id, &product.identifiers);
                    if product.subcomponents.is_empty() {
                        push(id, None);
                    } else {
                        for part in product.subcomponents {
                            push(purl(&part.id, &part.identifiers), Some(id.clone()));
                        }
                    }
                }
            }
        }
    }
    Ok(drafts)
}
