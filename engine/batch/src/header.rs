//! What the head of an IC-CAP file says of the device: its name and its place in the wafer lot.

/// Lines of a header that are looked at.
const MOST_LINES: usize = 2_000;

/// Which variable of a header tells what; makers of test plans use different names.
const NAMES: [(Told, &[&str]); 7] = [
    (Told::Lot, &["LOT", "LOT_ID", "LOTID"]),
    (Told::Wafer, &["WAFER", "WAFER_ID", "WAFERID", "WAF"]),
    (Told::Chip, &["CHIP", "DIE", "SITE", "DIE_ID"]),
    (Told::Module, &["MODULE", "MODUL", "BLOCK", "TESTCHIP"]),
    (Told::Device, &["DEV_NAME", "DEVICE", "DEVICE_NAME", "DUT", "DUT_NAME"]),
    (Told::Width, &["DEV_GEOM_W", "MAIN.W", "W"]),
    (Told::Length, &["DEV_GEOM_L", "MAIN.L", "L"]),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    Lot,
    Wafer,
    Chip,
    Module,
    Device,
    Width,
    Length,
}

/// What a header tells; `None` where it is silent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Header {
    pub(crate) lot: Option<String>,
    pub(crate) wafer: Option<String>,
    pub(crate) chip: Option<String>,
    pub(crate) module: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) width: Option<String>,
    pub(crate) length: Option<String>,
}

impl Header {
    /// Reads the variables (`ICCAP_VALUES`) of a header; of a file of another form nothing.
    pub(crate) fn read(text: &str) -> Header {
        let mut header = Header::default();
        let lines = text.lines().take(MOST_LINES).map(str::trim);
        let values = lines
            .skip_while(|l| !l.starts_with("ICCAP_VALUES"))
            .skip(1)
            .take_while(|l| !l.starts_with("END_HEADER"));
        for line in values {
            let Some((name, rest)) = line.split_once(char::is_whitespace) else { continue };
            let value = rest.trim().trim_matches('"').trim();
            // Test plans write a dot for what they leave out.
            if value.is_empty() || value == "." {
                continue;
            }
            let told = NAMES.iter().find(|n| n.1.iter().any(|v| v.eq_ignore_ascii_case(name)));
            if let Some((told, _)) = told {
                header.slot(*told).get_or_insert_with(|| value.to_string());
            }
        }
        header
    }

    fn slot(&mut self, told: Told) -> &mut Option<String> {
        match told {
            Told::Lot => &mut self.lot,
            Told::Wafer => &mut self.wafer,
            Told::Chip => &mut self.chip,
            Told::Module => &mut self.module,
            Told::Device => &mut self.device,
            Told::Width => &mut self.width,
            Told::Length => &mut self.length,
        }
    }

    /// Width and length as printed.
    pub(crate) fn geometry(&self) -> String {
        let part =
            |name: &str, value: &Option<String>| value.as_ref().map(|v| format!("{name}={v}"));
        let both = [part("W", &self.width), part("L", &self.length)];
        both.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_places_are_read_and_dots_are_none() {
        let text = "! VERSION = 6.00\nBEGIN_HEADER\n ICCAP_INPUTS\n  vb V B GROUND\n ICCAP_VALUES\n  \
                    LOT \"PQ1\"\n  WAFER \"17\"\n  CHIP \"(3.4)\"\n  DEV_NAME \"DUT1\"\n  \
                    DEV_GEOM_L \".\"\n  MAIN.W \"2.000u\"\nEND_HEADER\nBEGIN_DB\n LOT \"no\"\n";
        let header = Header::read(text);
        assert_eq!(header.lot.as_deref(), Some("PQ1"));
        assert_eq!(header.wafer.as_deref(), Some("17"));
        assert_eq!(header.chip.as_deref(), Some("(3.4)"));
        assert_eq!(header.device.as_deref(), Some("DUT1"));
        assert_eq!(header.length, None);
        assert_eq!(header.geometry(), "W=2.000u");
        assert_eq!(Header::read("VF (V), IF (A)\n0.1, 1\n"), Header::default());
    }
}
