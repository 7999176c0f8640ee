//! ngspice 39. Parameter names are those that its `devhelp` lists as settable; flags, `//` and
//! `$` comments as in chapter 2 of its manual.

use super::{ParameterSet, Rules, Sources, Spice};

pub(crate) static NGSPICE: Spice = Spice {
    rules: Rules {
        name: "ngspice",
        simulator: "ngspice",
        width: 78,
        dollar_comments: true,
        slash_comments: true,
        infix_scale: false,
        // `mfg=abc` ends a run of ngspice 39 with "undefined parameter".
        remarks: "mfg type vceo icrating vpk ipk iave irms diss vds ron qg",
        sources: Sources { temperature: "temper", choice_is_a_function: false },
        parameters: PARAMETERS,
    },
};

const PARAMETERS: &[ParameterSet] = &[
    ParameterSet {
        device_types: &["D"],
        levels: &[1, 3],
        names: "level is js jsw tnom tref rs trs trs1 trs2 n ns tt ttt1 ttt2 cjo cj0 cj vj pb m \
                mj tm1 tm2 cjp cjsw php mjsw ikf ik ikr nbv area pj tlev tlevc eg xti cta ctc \
                ctp tpb tvj tphp jtun jtunsw ntun xtitun keg kf af fc fcs bv ibv ib tcv isr nr \
                fv_max bv_max id_max te_max pd_max rth0 cth0 lm lp wm wp xom xoi xm xp",
        flags: "",
        aliases: "cj0=cjo cj=cjo pb=vj mj=m ik=ikf trs=trs1 ib=ibv cjp=cjsw js=is ctc=cta tvj=tpb",
    },
    ParameterSet {
        device_types: &["NPN", "PNP"],
        levels: &[1],
        names: "subs tnom tref is ibe ibc bf nf vaf va ikf ik ise c2 ne br nr var vb ikr isc c4 \
                nc rb irb rbm re rc cje vje pe mje me tf xtf vtf itf ptf cjc vjc pc mjc mc xcjc \
                tr cjs csub ccs vjs ps mjs ms xtb eg xti fc kf af iss ns rco vo gamma qco tlev \
                tlevc tbf1 tbf2 tbr1 tbr2 tikf1 tikf2 tikr1 tikr2 tirb1 tirb2 tnc1 tnc2 tne1 \
                tne2 tnf1 tnf2 tnr1 tnr2 trb1 trb trb2 trc1 trc trc2 tre1 tre tre2 trm1 trm2 \
                tvaf1 tvaf2 tvar1 tvar2 ctc cte cts tvjc tvje tvjs titf1 titf2 ttf1 ttf2 ttr1 \
                ttr2 tmje1 tmje2 tmjc1 tmjc2 tmjs1 tmjs2 tns1 tns2 nkf nk tis1 tis2 tise1 tise2 \
                tisc1 tisc2 tiss1 tiss2 quasimod vg cn d vbe_max vbc_max vce_max pd_max ic_max \
                ib_max te_max rth0",
        flags: "",
        aliases: "ik=ikf va=vaf vb=var pe=vje me=mje pc=vjc mc=mjc ps=vjs ms=mjs \
                  csub=cjs ccs=cjs nk=nkf trb=trb1 trc=trc1 tre=tre1 c2=ise c4=isc",
    },
    ParameterSet {
        device_types: &["NJF", "PJF"],
        levels: &[1],
        names: "vt0 vto beta lambda rd rs cgs cgd pb is fc b tnom tcv vtotc bex betatce xti eg \
                kf af nlev gdsnoi",
        flags: "",
        aliases: "vt0=vto",
    },
    ParameterSet {
        device_types: &["NJF", "PJF"],
        levels: &[2],
        names: "acgam af beta cds cgd cgs delta hfeta hfe1 hfe2 hfg1 hfg2 mvst mxi fc ibd is kf \
                lambda lfgam lfg1 lfg2 n p vbi pb q rd rs taud taug vbd ver vst vt0 vto xc xi z \
                hfgam tnom",
        flags: "",
        aliases: "vt0=vto",
    },
    ParameterSet {
        device_types: &["NMF", "PMF"],
        levels: &[1],
        names: "vt0 vto alpha beta lambda b rd rs cgs cgd pb is fc kf af",
        flags: "",
        aliases: "",
    },
    ParameterSet {
        device_types: &["NMOS", "PMOS"],
        levels: &[1],
        names: "vto vt0 kp gamma phi lambda rd rs cbd cbs is pb cgso cgdo cgbo rsh cj mj cjsw \
                mjsw js tox ld u0 uo fc nsub tpg nss tnom kf af",
        flags: "",
        aliases: "vt0=vto u0=uo",
    },
    ParameterSet {
        device_types: &["NMOS", "PMOS"],
        levels: &[2],
        names: "vto vt0 kp gamma phi lambda rd rs cbd cbs is pb cgso cgdo cgbo rsh cj mj cjsw \
                mjsw js tox ld u0 uo fc nsub tpg nss delta uexp ucrit vmax xj neff nfs tnom kf \
                af",
        flags: "",
        aliases: "vt0=vto u0=uo",
    },
    ParameterSet {
        device_types: &["NMOS", "PMOS"],
        levels: &[3],
        names: "vto vt0 kp gamma phi rd rs cbd cbs is pb cgso cgdo cgbo rsh cj mj cjsw mjsw js \
                tox ld xl wd xw delvto delvt0 u0 uo fc nsub tpg nss vmax xj nfs xd alpha eta \
                delta input_delta theta kappa tnom kf af",
        flags: "",
        aliases: "vt0=vto u0=uo",
    },
    ParameterSet {
        device_types: &["VDMOS"],
        levels: &[],
        names: "vto vth0 kp phi lambda theta rd rs rg tnom kf af rq vq mtriode tcvth vtotc mu \
                bex texp0 texp1 trd1 trd2 trg1 trg2 trs1 trs2 trb1 trb2 subshift ksubthres \
                tksubthres1 tksubthres2 bv ibv nbv rds rb n tt eg xti is vj cjo m fc cgdmin \
                cgdmax a cgs rthjc rthca cthj vgs_max vgd_max vds_max vgsr_max vgdr_max pd_max \
                id_max idr_max te_max rth_ext derating",
        flags: "nchan pchan",
        aliases: "vth0=vto",
    },
];
