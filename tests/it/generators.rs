//! Clients as others generate them from `openapi.json`: each is made, compiled, and used against the program. What they
//! are asked to do is in `tests/generators`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::SECRET;
use crate::support::leash::{Farewell, Leashed};
use crate::support::process::{Running, Tickbox};
use xtask::programs::{GENERATORS, PYTHON_GENERATORS, find_program};

/// Each step takes seconds; this is for one that hangs.
const LIMIT: Duration = Duration::from_mins(5);

const USER: &str = "ada";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A server, and how the programs reach it.
struct Workshop {
    server: Running,
    token: String,
}

impl Workshop {
    async fn open() -> Self {
        let installed = root().join(GENERATORS).join("node_modules/.tickbox-stamp");
        assert!(
            installed.is_file() && root().join(PYTHON_GENERATORS).is_file(),
            "the generators are not installed. Run: cargo xtask setup"
        );
        let server = Tickbox::new(["serve"]).env("BETTER_AUTH_SECRET", SECRET);
        let token = Tickbox::new(["token", "--user", USER]).env("BETTER_AUTH_SECRET", SECRET);
        Self {
            server: server.serve().await,
            token: token.run().await.stdout.trim().to_owned(),
        }
    }

    /// Runs a program in the folder of the generators; all that it wrote is shown if it fails.
    async fn run(&self, program: impl AsRef<OsStr>, arguments: &[&str]) {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(root().join(GENERATORS))
            .env("TICKBOX_URL", &self.server.url)
            .env("TICKBOX_USER", USER)
            .env("TICKBOX_TOKEN", &self.token)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let farewell = Farewell {
            signal: "TERM",
            directory: None,
        };
        let mut process = Leashed::start(&mut command, &farewell).expect("it can be started");
        let (mut stdout, mut stderr) = (process.stdout(), process.stderr());
        let status = process.wait(LIMIT).await;
        let status = status.unwrap_or_else(|| panic!("{arguments:?} still runs after {LIMIT:?}"));
        let output = stdout.all().await + &stderr.all().await;
        assert!(status.success(), "{arguments:?} {status}\n{output}");
    }

    /// Runs a program that npm has installed there.
    async fn node(&self, program: &str, arguments: &[&str]) {
        let node = find_program("node").expect("Node is not installed. Run: cargo xtask setup");
        let program = format!("node_modules/.bin/{program}");
        self.run(node, &[&[program.as_str()], arguments].concat())
            .await;
    }

    /// Checks the types of what was made and of what uses it, and runs the latter.
    async fn compile_and_call(&self, name: &str) {
        let source = format!("{name}.ts");
        let project = format!("generated/{name}.tsconfig.json");
        let settings =
            format!("{{\"extends\": \"../tsconfig.json\", \"files\": [\"../{source}\"]}}");
        std::fs::write(root().join(GENERATORS).join(&project), settings).unwrap();
        self.node("tsc", &["--project", &project]).await;
        let program = format!("generated/{name}.mjs");
        let outfile = format!("--outfile={program}");
        let bundle = [
            "--bundle",
            "--platform=node",
            "--format=esm",
            "--log-level=warning",
        ];
        let esbuild = root().join(GENERATORS).join("node_modules/.bin/esbuild");
        self.run(
            esbuild,
            &[&[source.as_str(), &outfile], &bundle[..]].concat(),
        )
        .await;
        self.run("node", &[&program]).await;
    }

    async fn python(&self, arguments: &[&str]) {
        self.run(python_program("python"), arguments).await;
    }
}

/// A program beside the generators for Python.
fn python_program(name: &str) -> PathBuf {
    root().join(PYTHON_GENERATORS).with_file_name(name)
}

/// An empty folder for what a generator makes.
fn fresh(name: &str) -> String {
    let folder = root().join(GENERATORS).join("generated").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    format!("generated/{name}")
}

const DOCUMENT: &str = "../../openapi.json";

#[tokio::test]
async fn openapi_typescript_makes_types_that_ask_for_no_more_than_is_required() {
    let workshop = Workshop::open().await;
    let _ = fresh("openapi-typescript");
    let output = ["--output", "generated/openapi-typescript.ts"];
    workshop
        .node("openapi-typescript", &[&[DOCUMENT], &output[..]].concat())
        .await;
    workshop.compile_and_call("openapi-typescript").await;
}

#[tokio::test]
async fn hey_api_makes_a_client_that_works() {
    let workshop = Workshop::open().await;
    let output = fresh("hey-api");
    let arguments = [
        "--input",
        DOCUMENT,
        "--output",
        &output,
        "--client",
        "@hey-api/client-fetch",
    ];
    workshop.node("openapi-ts", &arguments).await;
    workshop.compile_and_call("hey-api").await;
}

#[tokio::test]
async fn orval_makes_a_client_and_schemas_that_read_every_answer() {
    let workshop = Workshop::open().await;
    let _ = fresh("orval");
    workshop
        .node("orval", &["--config", "orval.config.mjs"])
        .await;
    workshop.compile_and_call("orval").await;
}

#[tokio::test]
async fn openapi_python_client_makes_a_package_that_works() {
    let workshop = Workshop::open().await;
    let output = fresh("openapi_python_client");
    let generator = root().join(PYTHON_GENERATORS);
    let arguments = [
        "generate",
        "--path",
        DOCUMENT,
        "--output-path",
        &output,
        "--overwrite",
    ];
    workshop.run(generator, &arguments).await;
    workshop.python(&["-m", "compileall", "-q", &output]).await;
    workshop.python(&["client.py"]).await;
}

#[tokio::test]
async fn datamodel_code_generator_makes_models_that_read_every_answer() {
    let workshop = Workshop::open().await;
    let output = format!("{}/models.py", fresh("datamodel"));
    let arguments = [
        ["--input", DOCUMENT],
        ["--input-file-type", "openapi"],
        ["--output-model-type", "pydantic_v2.BaseModel"],
        ["--output", &output],
        ["--formatters", "builtin"],
    ];
    workshop
        .run(python_program("datamodel-codegen"), &arguments.concat())
        .await;
    workshop.python(&["-m", "compileall", "-q", &output]).await;
    workshop.python(&["models.py"]).await;
}
