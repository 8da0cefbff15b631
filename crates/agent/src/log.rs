use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Logs to standard error at the level `RUST_LOG` says (`info` if it says nothing).
///
/// Libraries are held to warnings whatever `RUST_LOG` says: at trace level a D-Bus library logs whole messages, and a message to a
/// control is a password.
pub fn log_to_stderr() {
    let wanted = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env_lossy();
    let ours = filter_fn(|event| event.target().starts_with("countersign") || *event.level() <= Level::WARN);
    let format = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // A second call (in tests) changes nothing.
    let _ = tracing_subscriber::registry()
        .with(wanted)
        .with(ours)
        .with(format)
        .try_init();
}
