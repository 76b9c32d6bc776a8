//! Lets the tests' own functions take the place of the C library's.

fn main() {
    // The plug-in finds a function of this program in place of the C library's
    // only if the program exports it (see `host::interpose`).
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo:rustc-link-arg-tests=-rdynamic");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
