//! The icon on a real panel.

use super::{add, check, form};
use countersign_tests::agent::{Agent, LEDGER, PATIENCE, Package};
use countersign_tests::{Deadline, Session};

/// A real panel, xfce4-panel, and a picture of it.
#[test]
#[ignore = "big packages; the picture stays where COUNTERSIGN_PICTURE names a file"]
fn a_real_panel_shows_it() {
    let session = Session::start().unwrap();
    let picture = std::env::var_os("COUNTERSIGN_PICTURE").map(std::path::PathBuf::from);
    let picture = picture.unwrap_or_else(|| session.folder().join("panel.png"));
    let channel = session
        .config_home()
        .join("xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml");
    session.write(&channel, PANEL).unwrap();
    let _panel = session.spawn("xfce4-panel", &["--disable-wm-check"]).unwrap();
    let package = Package::with(&session, "Ledger", LEDGER).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    Deadline::seconds(PATIENCE)
        .wait_for("the panel", || {
            (check(&agent, "tray")["result"] == "good").then_some(())
        })
        .unwrap();
    // The check mark's shield, at the end of the panel.
    let shield = || {
        session.screenshot(&picture).unwrap();
        coloured(&picture, [0x1f, 0x9d, 0x55])
    };
    let (x, y) = Deadline::seconds(PATIENCE).wait_for("the icon", shield).unwrap();
    assert!(x > 1200 && y < 40, "at {x}, {y}");
    // What a notification looks like, where one is shown.
    add(&agent, "test.ledger");
    form(&session, "Ledger").wait(Deadline::seconds(PATIENCE)).unwrap();
    let place = [x.to_string(), y.to_string()];
    let click = ["mousemove", &place[0], &place[1], "click", "3"];
    let mut clicked = session.spawn("xdotool", &click).unwrap();
    clicked.wait(Deadline::seconds(PATIENCE)).unwrap();
    Deadline::after(std::time::Duration::from_secs(3)).find(|| None::<()>);
    session.screenshot(&picture).unwrap();
}

/// Where a picture has this colour first.
fn coloured(picture: &std::path::Path, colour: [u8; 3]) -> Option<(usize, usize)> {
    let file = std::io::BufReader::new(std::fs::File::open(picture).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let size = reader.next_frame(&mut bytes).unwrap();
    let at = bytes.chunks(3).position(|pixel| pixel == colour)?;
    let width = usize::try_from(size.width).unwrap();
    Some((at % width, at / width))
}

const PANEL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray"/>
  </property>
</channel>
"#;
