//! The maker: its name and its domain, in running heads and feet, in copyright lines and in what
//! the document says of itself.

use super::seen::{Band, Seen, contains, fold};
use espice_pdf::Info;
use std::collections::{BTreeMap, BTreeSet};

/// Name, other spellings, domains. A spelling of two or three letters would be found by chance, so
/// such makers are known by longer spellings and by domains.
pub(super) const MAKERS: &[(&str, &[&str], &[&str])] = &[
    ("Allegro MicroSystems", &["Allegro Micro Systems", "Allegro"], &["allegromicro.com"]),
    (
        "Alpha & Omega Semiconductor",
        &["Alpha Omega Semiconductor", "Alpha and Omega"],
        &["aosmd.com"],
    ),
    ("Analog Devices", &[], &["analog.com"]),
    ("Analog Power", &[], &["analogpowerinc.com"]),
    ("Avago Technologies", &["Avago"], &["avagotech.com"]),
    ("Bourns", &[], &["bourns.com"]),
    ("QT-Brightek", &["QT Brightek Corporation"], &["qt-brightek.com"]),
    ("Haopin", &["Haopin Microelectronics"], &["haopin.com"]),
    ("Broadcom", &[], &["broadcom.com"]),
    ("Bytesonic", &["Bytesonic Electronics"], &["bytesonic.com"]),
    ("Calogic", &[], &["calogic.net"]),
    ("CDIL", &["Continental Device India", "CDIL Semiconductors"], &["cdil.com", "cdilsemi.com"]),
    ("Central Semiconductor", &["Central Semiconductor Corp"], &["centralsemi.com"]),
    (
        "Changjiang Electronics (CJ)",
        &["Jiangsu Changjiang Electronics", "Changjiang Electronics Technology", "JCET"],
        &["cj-elec.com", "cjcon.com"],
    ),
    ("Chenmko", &["Chenmko Enterprise"], &["chenmko.com"]),
    ("Comchip", &["Comchip Technology"], &["comchiptech.com"]),
    ("Crydom", &[], &["crydom.com"]),
    ("DACO Semiconductor", &["Daco Semi"], &["dacosemi.com"]),
    ("DC Components", &["DC Components Co"], &["dccomponents.com"]),
    ("Diodes Incorporated", &["Diodes Inc"], &["diodes.com"]),
    ("Diotec", &["Diotec Semiconductor"], &["diotec.com"]),
    (
        "EIC Semiconductor",
        &["EIC Discrete Semiconductors", "Electronics Industry Public"],
        &["eicsemi.com"],
    ),
    ("EPC", &["Efficient Power Conversion"], &["epc-co.com"]),
    ("Everlight", &["Everlight Electronics"], &["everlight.com"]),
    ("Fairchild", &["Fairchild Semiconductor"], &["fairchildsemi.com"]),
    ("Formosa Microsemi", &["Formosa MS"], &["formosams.com"]),
    ("Freescale", &["Freescale Semiconductor"], &["freescale.com"]),
    ("Fuji Electric", &[], &["fujielectric.com", "fujisemi.com"]),
    ("GeneSiC", &["GeneSiC Semiconductor"], &["genesicsemi.com"]),
    ("General Instrument", &["General Semiconductor"], &["gensemi.com"]),
    ("Good-Ark", &["Good Ark Semiconductor", "Goodark"], &["goodark.com", "goodarksemi.com"]),
    ("Guangdong Hottech", &["Hottech", "Hottech Semiconductor"], &["heketai.com"]),
    ("Harris", &["Harris Semiconductor"], &["semi.harris.com"]),
    ("Hitachi", &["Hitachi Semiconductor"], &["hitachisemiconductor.com"]),
    ("HY Electronic", &["HY Electronic Cayman"], &["hygroup.com.tw"]),
    ("Infineon", &["Infineon Technologies"], &["infineon.com"]),
    ("InterFET", &["InterFET Corporation"], &["interfet.com"]),
    ("International Rectifier", &["International IOR Rectifier", "Intl Rectifier"], &["irf.com"]),
    ("Intersil", &[], &["intersil.com"]),
    ("ISC", &["Inchange Semiconductor"], &["iscsemi.cn", "iscsemi.com"]),
    ("IXYS", &["IXYS Corporation"], &["ixys.com"]),
    ("Kexin", &["Guangdong Kexin Industrial", "Kexin Industrial"], &["kexin.com.cn"]),
    ("KEC", &["Korea Electronics Co", "KEC Semiconductor"], &["keccorp.com", "kec.co.kr"]),
    ("Leshan Radio", &["Leshan Radio Company"], &["lrc.cn", "lrcls.com"]),
    ("Linear Integrated Systems", &["Linear Systems"], &["linearsystems.com"]),
    ("Linear Technology", &[], &["linear.com"]),
    ("Lite-On", &["Lite On Semiconductor", "Liteon"], &["liteon.com", "liteon-semi.com"]),
    ("Littelfuse", &["Littelfuse Inc"], &["littelfuse.com"]),
    ("Magnachip", &["Magnachip Semiconductor"], &["magnachip.com"]),
    (
        "Maxim",
        &["Maxim Integrated", "Maxim Integrated Products"],
        &["maximintegrated.com", "maxim-ic.com"],
    ),
    ("MCC", &["Micro Commercial Components", "Micro Commercial Co"], &["mccsemi.com"]),
    ("Microchip", &["Microchip Technology"], &["microchip.com"]),
    ("Micrel", &[], &["micrel.com"]),
    ("Microsemi", &["Microsemi Corporation"], &["microsemi.com"]),
    ("Mitsubishi Electric", &["Mitsubishi Semiconductor"], &["mitsubishielectric.com"]),
    ("Motorola", &["Motorola Semiconductor", "Motorola Inc"], &["mot-sps.com"]),
    ("Multicomp", &["Multicomp Pro"], &["multicomp.com", "multicomppro.com"]),
    ("National Semiconductor", &[], &["national.com"]),
    ("NEC", &["NEC Electronics", "NEC Corporation"], &["necel.com"]),
    ("Nell Semiconductor", &["Nell Semiconductor Co"], &["nellsemi.com"]),
    ("Nexperia", &[], &["nexperia.com"]),
    ("NTE Electronics", &["NTE Electronics Inc"], &["nteinc.com"]),
    ("NXP", &["NXP Semiconductors", "NXP BV"], &["nxp.com"]),
    ("onsemi", &["ON Semiconductor", "Semiconductor Components Industries"], &["onsemi.com"]),
    ("Panasonic", &["Matsushita Electronics"], &["industrial.panasonic.com"]),
    (
        "PANJIT",
        &["Pan Jit International", "Panjit International", "Panjit Semiconductor"],
        &["panjit.com.tw", "panjit.com"],
    ),
    (
        "Philips",
        &["Philips Semiconductors", "Koninklijke Philips Electronics", "Philips Electronics"],
        &["semiconductors.philips.com"],
    ),
    ("Power Integrations", &[], &["power.com", "powerint.com"]),
    ("Qorvo", &[], &["qorvo.com"]),
    ("Rectron", &["Rectron Semiconductor"], &["rectron.com"]),
    ("Renesas", &["Renesas Electronics", "Renesas Technology"], &["renesas.com"]),
    ("ROHM", &["Rohm Semiconductor", "Rohm Co"], &["rohm.com", "rohm.co.jp"]),
    ("Samsung", &["Samsung Electronics", "Samsung Semiconductor"], &["samsungsemi.com"]),
    ("SanRex", &["Sansha Electric"], &["sanrex.com"]),
    ("Sanken", &["Sanken Electric"], &["sanken-ele.co.jp", "semicon.sanken-ele.co.jp"]),
    ("Sanyo", &["Sanyo Electric", "Sanyo Semiconductor"], &["semic.sanyo.co.jp"]),
    ("Semelab", &["Semelab plc", "TT Electronics"], &["semelab.co.uk", "semelab-tt.com"]),
    ("Semikron", &["Semikron Danfoss"], &["semikron.com", "semikron-danfoss.com"]),
    ("Semtech", &["Semtech Corporation"], &["semtech.com"]),
    ("Semtech Electronics (ST Hong Kong)", &["Semtech Electronics Ltd"], &["semtech.com.hk"]),
    ("Shindengen", &["Shindengen Electric"], &["shindengen.co.jp", "shindengen.com"]),
    ("Sharp", &["Sharp Corporation"], &["sharp-world.com"]),
    ("Siemens", &["Siemens Aktiengesellschaft", "Siemens Semiconductor Group"], &[]),
    ("Silan", &["Hangzhou Silan Microelectronics", "Silan Microelectronics"], &["silan.com.cn"]),
    ("Siliconix", &["Siliconix Incorporated"], &["siliconix.com"]),
    ("SMC Diode Solutions", &["Sangdest Microelectronics", "SMC Diode"], &["smc-diodes.com"]),
    ("Slkor", &["Slkor Micro", "SLKORMICRO"], &["slkormicro.com"]),
    ("Solid State Devices", &["Solid State Devices Inc"], &["ssdi-power.com"]),
    (
        "STMicroelectronics",
        &["ST Microelectronics", "SGS Thomson", "SGS Thomson Microelectronics"],
        &["st.com"],
    ),
    ("Surge Components", &[], &["surgecomponents.com"]),
    ("Taiwan Semiconductor", &["Taiwan Semiconductor Company"], &["taiwansemi.com", "ts.com.tw"]),
    ("Teledyne", &["Teledyne Semiconductor"], &[]),
    (
        "Telefunken",
        &["Telefunken Semiconductors", "Temic Semiconductors", "Temic Telefunken"],
        &["temic.de"],
    ),
    ("Texas Instruments", &["Texas Instruments Incorporated"], &["ti.com"]),
    (
        "Toshiba",
        &["Toshiba Semiconductor", "Toshiba Corporation"],
        &["toshiba.com", "toshiba.co.jp", "toshiba.semicon-storage.com"],
    ),
    ("UTC", &["Unisonic Technologies"], &["unisonic.com.tw"]),
    (
        "Vishay",
        &[
            "Vishay Semiconductors",
            "Vishay Intertechnology",
            "Vishay Siliconix",
            "Vishay General Semiconductor",
        ],
        &["vishay.com"],
    ),
    ("Weitron", &["Weitron Technology"], &["weitron.com.tw"]),
    ("Wolfspeed", &["Cree", "Cree Inc"], &["wolfspeed.com", "cree.com"]),
    ("Won-Top Electronics", &["Won Top Electronics"], &["wontop.com"]),
    ("WEEN", &["WeEn Semiconductors"], &["ween-semi.com"]),
    ("Yangjie", &["Yangzhou Yangjie", "Yangjie Electronic"], &["21yangjie.com"]),
    ("Zetex", &["Zetex Semiconductors", "Zetex plc"], &["zetex.com"]),
    ("Zowie", &["Zowie Technology"], &["zowie.com.tw"]),
];

/// Weight of a line by where it stands: a running head or foot, a copyright line, anything else.
const BAND: f64 = 2.0;
const COPYRIGHT: f64 = 4.0;
const BODY: f64 = 0.5;
/// Weight of the document's author, and of a domain.
const AUTHOR: f64 = 5.0;
const DOMAIN: f64 = 2.5;
/// What one way of saying it can add up to: a maker who is thanked on each page is not the maker.
const MOST: f64 = 6.0;
/// Below this nobody is named, and the best must lead by this much.
const ENOUGH: f64 = 2.0;
const LEAD: f64 = 0.5;

/// What speaks for one maker.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    /// By domains, copyright lines, heads and feet, and anything else.
    ways: [f64; 4],
    /// Whether the document's author is it.
    author: bool,
    /// Weight and index of the best line.
    best: Option<(f64, usize)>,
}

impl Score {
    fn total(&self) -> f64 {
        let ways: f64 = self.ways.iter().map(|w| w.min(MOST)).sum();
        ways + if self.author { AUTHOR } else { 0.0 }
    }

    fn add(&mut self, domain: bool, line: &Seen, index: usize) {
        let [home, signed, run, told] = &mut self.ways;
        let (way, more) = match line {
            _ if domain => (home, DOMAIN),
            l if l.copyright => (signed, COPYRIGHT),
            l if l.band != Band::Body => (run, BAND),
            _ => (told, BODY),
        };
        *way += more;
        if self.best.is_none_or(|(w, _)| more > w) {
            self.best = Some((more, index));
        }
    }
}

/// Spellings and domains by their first words, so that a line is looked through once: maker, folded
/// text, whether it is a domain.
type Index = BTreeMap<String, Vec<(usize, String, bool)>>;

fn index() -> Index {
    let mut out = Index::new();
    for (maker, (name, spellings, domains)) in MAKERS.iter().enumerate() {
        let spellings = std::iter::once(name).chain(*spellings).map(|s| (s, false));
        for (text, domain) in spellings.chain(domains.iter().map(|d| (d, true))) {
            let folded = fold(text).trim().to_string();
            let first = folded.split(' ').next().unwrap_or("").to_string();
            out.entry(first).or_default().push((maker, folded, domain));
        }
    }
    out
}

/// The makers that a folded text names, each once by name and once by domain.
fn named(text: &str, index: &Index) -> BTreeSet<(usize, bool)> {
    let words = text.split(' ').filter_map(|w| index.get(w));
    let meant = words.flatten().filter(|(_, phrase, _)| contains(text, phrase));
    meant.map(|(maker, _, domain)| (*maker, *domain)).collect()
}

/// The maker, and the line that says so best.
pub(super) fn find(seen: &[Seen], info: &Info) -> (Option<String>, Option<usize>) {
    let index = index();
    let mut scores: BTreeMap<usize, Score> = BTreeMap::new();
    for (at, line) in seen.iter().enumerate() {
        for (maker, domain) in named(&line.plain, &index) {
            scores.entry(maker).or_default().add(domain, line, at);
        }
    }
    for (maker, _) in named(&fold(&format!("{} / {}", info.author, info.creator)), &index) {
        scores.entry(maker).or_default().author = true;
    }
    let mut order: Vec<(usize, Score)> = scores.into_iter().collect();
    order.sort_by(|a, b| b.1.total().total_cmp(&a.1.total()).then(a.0.cmp(&b.0)));
    let next = order.get(1).map_or(0.0, |s| s.1.total());
    match order.first() {
        Some((maker, score)) if score.total() >= ENOUGH.max(next + LEAD) => {
            let name = MAKERS.get(*maker).map(|m| m.0.to_string());
            (name, score.best.map(|b| b.1))
        }
        _ => (None, None),
    }
}
