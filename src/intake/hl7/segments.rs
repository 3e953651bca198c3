//! The names that segments of HL7 v2 have: one that has none of them is told, for nobody knows what it holds.

/// Segments of HL7 v2.1 to v2.8.2 that stand in admissions, notes, results and orders, or beside them (HL7 v2.8.2, appendix A).
const KNOWN: &str = "ABS ACC ADD ADJ AIG AIL AIP AIS AL1 APR ARQ ARV AUT BHS BLC BLG BPO BPX BTS BTX BUI CDM CDO CER CM0 CM1 CM2 CNS CON CSP \
    CSR CSS CTD CTI DB1 DEV DG1 DMI DON DRG DSC DSP ECD ECR EDU EQL EQP EQU ERQ ERR EVN FAC FHS FT1 FTS GOL GP1 GP2 GT1 IAM IAR IIM ILT IN1 \
    IN2 IN3 INV IPC IPR ISD ITM IVC IVT LAN LCC LCH LDP LOC LRL MCP MFA MFE MFI MRG MSA MSH NCK NDS NK1 NPU NSC NST NTE OBR OBX ODS ODT OH1 \
    OH2 OH3 OH4 OM1 OM2 OM3 OM4 OM5 OM6 OM7 OMC ORC ORG OVR PAC PCE PCR PD1 PDA PDC PEO PES PID PKG PM1 PMT PR1 PRA PRB PRC PRD PRT PSG PSH \
    PSL PSS PTH PV1 PV2 PYE QAK QID QPD QRD QRF QRI RCP RDF RDT REL RF1 RFI RGS RMI ROL RQ1 RQD RXA RXC RXD RXE RXG RXO RXR RXV SAC SCD SCH \
    SCP SDD SFT SGH SGT SHP SID SLT SPM STF STZ TCC TCD TQ1 TQ2 TXA UAC UB1 UB2 URD URS VAR VND VTQ";

/// Whether a name is neither one of HL7's nor one that a sender may make up.
pub(super) fn is_strange(name: &str) -> bool {
    let own = name.starts_with('Z') && name.len() == 3;
    !own && !KNOWN.split_whitespace().any(|known| known == name)
}
