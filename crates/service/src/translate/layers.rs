//! Paths within layers, named by the layer and not by the file that happens to hold it.

use shindan_finding::Outcome;
use shindan_inspector::LayerArn;
use shindan_inventory::Inventory;

/// What begins a path within a layer; no archive of a package is called that by chance.
const PREFIX: &str = "layer:";

/// A layer and the file that a scan was given of it.
#[derive(Clone, Debug)]
pub struct LayerFile {
    /// The layer.
    pub arn: String,
    /// Its position among all layers of the function.
    pub position: u32,
    /// The file's name, which begins the paths of what was found inside.
    pub file_name: String,
}

impl LayerFile {
    /// What begins the paths instead.
    fn shown(&self) -> String {
        format!("{}!/", layer_path(&self.arn))
    }
}

/// The path of a layer: its name without its version, so that a finding keeps its identity when the layer is updated.
pub(crate) fn layer_path(arn: &str) -> String {
    match LayerArn::parse(arn) {
        Ok(arn) => format!("{PREFIX}{}", arn.name()),
        Err(_) => format!("{PREFIX}unnamed"),
    }
}

/// Gives paths within layers the layers' names, and places the positions that the layers have in the function: those whose
/// package is missing were not scanned. `layers` are those that were, in order.
pub(crate) fn name_layers(outcome: &mut Outcome, inventory: &mut Inventory, layers: &[LayerFile]) {
    let named: Vec<(String, String)> = layers
        .iter()
        .map(|layer| (format!("{}!/", layer.file_name), layer.shown()))
        .collect();
    let rename = |path: &mut String| {
        for (file, shown) in &named {
            if let Some(rest) = path.strip_prefix(file.as_str()) {
                *path = format!("{shown}{rest}");
                return;
            }
        }
    };
    let renumber = |layer: &mut Option<u32>| {
        if let Some(number) = layer {
            let scanned = usize::try_from(*number).ok().and_then(|at| layers.get(at));
            *layer = scanned.map(|layer| layer.position);
        }
    };
    for finding in &mut outcome.findings {
        rename(&mut finding.location.path);
        for step in &mut finding.flow {
            rename(&mut step.location.path);
        }
        let packages = finding
            .vulnerability
            .iter_mut()
            .flat_map(|v| &mut v.packages);
        for package in packages {
            for place in &mut package.places {
                rename(&mut place.path);
                renumber(&mut place.layer);
            }
        }
    }
    let notes = outcome.coverage.skipped.iter_mut();
    for note in notes.chain(&mut outcome.coverage.notes) {
        rename(&mut note.path);
    }
    for place in inventory.packages.iter_mut().flat_map(|p| &mut p.places) {
        rename(&mut place.path);
        renumber(&mut place.layer);
    }
    inventory
        .notes
        .iter_mut()
        .for_each(|note| rename(&mut note.path));
}

/// The ARN of the layer that a path lies in.
pub(super) fn layer_of<'f>(path: &str, layers: impl Iterator<Item = &'f str>) -> Option<String> {
    let (name, _) = path.strip_prefix(PREFIX)?.split_once("!/")?;
    let mut layers = layers;
    layers
        .find(|layer| LayerArn::parse(layer).is_ok_and(|arn| arn.name() == name))
        .map(str::to_owned)
}
