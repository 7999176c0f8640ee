//! LTspice. Parameter names as in its help pages "D. Diode", "Q. Bipolar transistor", "J. JFET
//! transistor" and "M. MOSFET"; remarks about the part (`mfg`, `Vds`, …) are parameters there.

use super::{ParameterSet, Rules, Sources, Spice};

pub(crate) static LTSPICE: Spice = Spice {
    rules: Rules {
        name: "ltspice",
        simulator: "LTspice",
        width: 78,
        dollar_comments: false,
        slash_comments: false,
        infix_scale: true,
        remarks: "",
        sources: Sources { temperature: "temp", choice_is_a_function: true },
        parameters: PARAMETERS,
    },
};

const PARAMETERS: &[ParameterSet] = &[
    ParameterSet {
        device_types: &["D"],
        levels: &[1],
        names: "level is rs n tt cjo vj m eg xti kf af fc bv nbv ibv nbvl ibvl tnom isr nr ikf \
                tikf trs1 trs2 tbv1 tbv2 perim isw ns rsw cjsw vjsw mjsw fcs vp ron roff vfwd \
                vrev rrev ilimit revilimit epsilon revepsilon vpk ipk iave irms diss mfg type",
        flags: "noiseless",
        aliases: "cj0=cjo cj=cjo pb=vj mj=m ik=ikf trs=trs1 ib=ibv",
    },
    ParameterSet {
        device_types: &["NPN", "PNP", "LPNP"],
        levels: &[1],
        names: "is ibc ibe bf nf vaf ikf nk ise ne br nr var ikr isc nc rb irb rbm re rc cje vje \
                mje tf xtf vtf itf ptf cjc vjc mjc xcjc xcjc2 extsub tr cjs vjs mjs xtb eg xti \
                kf af fc subs bvcbo nbvcbo bvbe ibvbe nbvbe tnom cn d gamma qco quasimod rco vg \
                vo tre1 tre2 trb1 trb2 trc1 trc2 trm1 trm2 iss ns tvaf1 tvaf2 tvar1 tvar2 tikf1 \
                tikf2 tikr1 tikr2 tirb1 tirb2 tbf1 tbf2 tbr1 tbr2 tnf1 tnf2 tnr1 tnr2 tne1 tne2 \
                tnc1 tnc2 tis1 tis2 tise1 tise2 tisc1 tisc2 tiss1 tiss2 tns1 tns2 ttf1 ttf2 ttr1 \
                ttr2 titf1 titf2 tmje1 tmje2 tmjc1 tmjc2 tmjs1 tmjs2 vceo icrating mfg type",
        flags: "",
        aliases: "ik=ikf va=vaf vb=var pe=vje me=mje pc=vjc mc=mjc ps=vjs ms=mjs \
                  csub=cjs ccs=cjs nk=nkf trb=trb1 trc=trc1 tre=tre1",
    },
    ParameterSet {
        device_types: &["NJF", "PJF"],
        levels: &[1],
        names: "beta betatce vto vtotc lambda rd rs cgs cgd pb m is xti eg n isr nr alpha vk b \
                kf nlev gdsnoi af fc tnom mfg type",
        flags: "",
        aliases: "vt0=vto",
    },
    ParameterSet {
        device_types: &["NMOS", "PMOS"],
        levels: &[1, 2, 3],
        names: "vto kp gamma phi lambda rd rs cbd cbs is n pb cgso cgdo cgbo rsh cj mj cjsw mjsw \
                js jssw tox nsub nss nfs tpg xj ld uo u0 ucrit uexp utra vmax neff kf nlev \
                gdsnoi af fc delta theta eta kappa tnom tt rg rb rds mfg type",
        flags: "",
        aliases: "vt0=vto u0=uo",
    },
    ParameterSet {
        device_types: &["VDMOS"],
        levels: &[],
        names: "vto kp phi lambda theta mtriode subthres ksubthres tksubthres1 tksubthres2 bex \
                vtotc bv ibv nbv rds rd rs rg rb trd1 trd2 trs1 trs2 trg1 trg2 trb1 trb2 cjo cgs \
                cgdmin cgdmax a is n vj m fc tt eg xti l w kf nlev gdsnoi af tnom vds ron qg mfg \
                type",
        flags: "nchan pchan",
        aliases: "vth0=vto",
    },
];
