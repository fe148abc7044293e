//! How a package gets to a repaired version, in the words of what manages it.

use shindan_inventory::{Package, PackageManager, Relation};

/// A command or a change, for one package and the version it should have.
pub(super) fn command(package: &Package, fixed: &str) -> String {
    let name = &package.name;
    if package.vendored {
        return format!("update the package that holds this copy of {name} to one with {fixed}");
    }
    match package.manager {
        PackageManager::Pip | PackageManager::Pythonpkg => {
            format!("`pip install '{name}>={fixed}'`")
        }
        PackageManager::Pipenv => format!("`pipenv install '{name}>={fixed}'`"),
        PackageManager::Poetry => format!("`poetry add '{name}>={fixed}'`"),
        PackageManager::Yarn => format!("`yarn upgrade {name}@^{fixed}`"),
        // What another package asks for is renewed within what that one allows.
        PackageManager::Npm | PackageManager::Nodepkg
            if package.relation == Relation::Transitive =>
        {
            format!("`npm update {name}` to {fixed}, or an override in package.json")
        }
        PackageManager::Npm | PackageManager::Nodepkg => format!("`npm install {name}@^{fixed}`"),
        PackageManager::Bundler | PackageManager::Gemspec => {
            format!("`bundle update {name}` to {fixed}")
        }
        PackageManager::Jar | PackageManager::Pom => format!("depend on {name}:{fixed}"),
        PackageManager::Nuget | PackageManager::DotnetCore => {
            format!("`dotnet add package {name} --version {fixed}`")
        }
        PackageManager::Gomod | PackageManager::Gobinary => {
            format!("`go get {name}@v{}`", fixed.trim_start_matches('v'))
        }
        PackageManager::Cargo => format!("`cargo update -p {name} --precise {fixed}`"),
    }
}
