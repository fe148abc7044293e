use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Draft, Status};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    product_tree: ProductTree,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProductTree {
    branches: Vec<Branch>,
    full_product_names: Vec<Product>,
    relationships: Vec<Relationship>,
}

/// Nested as deep as the JSON reader allows, which is 128 levels.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Branch {
    branches: Vec<Branch>,
    product: Option<Product>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Product {
    product_id: String,
    product_identification_helper: Helper,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Helper {
    purl: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Relationship {
    product_reference: String,
    relates_to_product_reference: String,
    full_product_name: Product,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vulnerability {
    cve: Option<String>,
    ids: Vec<Id>,
    product_status: ProductStatus,
    flags: Vec<Flag>,
    threats: Vec<Threat>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Id {
    text: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProductStatus {
    known_not_affected: Vec<String>,
    fixed: Vec<String>,
    first_fixed: Vec<String>,
    known_affected: Vec<String>,
    under_investigation: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Flag {
    label: String,
    product_ids: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Threat {
    category: String,
    details: String,
    product_ids: Vec<String>,
}

/// The package URL of a product, and that of what it is a part of.
type Place = (Option<String>, Option<String>);

fn products(tree: ProductTree) -> BTreeMap<String, Place> {
    fn visit(branch: Branch, products: &mut BTreeMap<String, Place>) {
        if let Some(product) = branch.product {
            products.insert(
                product.product_id,
                (product.product_identification_helper.purl, None),
            );
        }
        for branch in branch.branches {
            visit(branch, products);
        }
    }
    let mut products = BTreeMap::new();
    for branch in tree.branches {
        visit(branch, &mut products);
    }
    for product in tree.full_product_names {
        let purl = product.product_identification_helper.purl;
        products.insert(product.product_id, (purl, None));
    }
    for relationship in tree.relationships {
        let purl = |id: &str| products.get(id).and_then(|(purl, _)| purl.clone());
        let place = (
            purl(&relationship.product_reference),
            purl(&relationship.relates_to_product_reference),
        );
        products.insert(relationship.full_product_name.product_id, place);
    }
    products
}

fn justification(vulnerability: &Vulnerability, product: &str) -> String {
    let names = |ids: &[String]| ids.is_empty() || ids.iter().any(|id| id == product);
    let flag = vulnerability
        .flags
        .iter()
        .find(|flag| names(&flag.product_ids))
        .map(|flag| &flag.label);
    let impact = vulnerability
        .threats
        .iter()
        .find(|threat| threat.category == "impact" && names(&threat.product_ids))
        .map(|threat| &threat.details);
    flag.or(impact).cloned().unwrap_or_default()
}

pub(super) fn read(json: &[u8]) -> Result<Vec<Draft>, serde_json::Error> {
    let document: Document = serde_json::from_slice(json)?;
    let products = products(document.product_tree);
    let mut drafts = Vec::new();
    for vulnerability in &document.vulnerabilities {
        let ids = vulnerability.ids.iter().map(|id| &id.text);
        let vulnerabilities: Vec<String> = vulnerability.cve.iter().chain(ids).cloned().collect();
        let status = &vulnerability.product_status;
        for (products_of, status) in [
            (&status.under_investigation, Status::UnderInvestigation),
            (&status.known_not_affected, Status::NotAffected),
            (&status.fixed, Status::Fixed),
            (&status.first_fixed, Status::Fixed),
            // Last, so that a document that contradicts itself suppresses nothing.
            (&status.known_affected, Status::Affected),
        ] {
            for product in products_of {
                let (package, within) = products.get(product).cloned().unwrap_or_default();
                drafts.push(Draft {
                    vulnerabilities: vulnerabilities.clone(),
                    package,
                    within,
                    status,
                    justification: justification(vulnerability, product),
                });
            }
        }
    }
    Ok(drafts)
}
