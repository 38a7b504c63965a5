import { readFileSync } from 'node:fs';
import { compileProgram } from '../src/engine/compile/compile-program.ts';
import { loadProgram } from '../src/engine/program.ts';
import { createSliceScanner } from '../src/scan/slice-scanner.ts';
import { PLAIN_VIEW } from '../src/model/field-view.ts';
import { SCRATCH_BYTES } from '../src/evtx/limits.ts';
const preds:any[] = [
 {kind:'literal',field:'image',anchor:'suffix',text:'\\cmd.exe',cased:false},
 {kind:'literal',field:'commandline',anchor:'contains',text:'whoami',cased:false},
 {kind:'literal',field:'*',anchor:'contains',text:'sekurlsa::',cased:false},
 {kind:'literal',field:'eventid',anchor:'exact',text:'15',cased:false},
 {kind:'regex',field:'commandline',source:'[Ee]cho',flags:''},
];
const info:any = {id:'x'};
const route=(eventIds:any)=>({channel:'microsoft-windows-sysmon/operational',provider:undefined,eventIds,view:0,extra:undefined});
const rules:any[] = [
 {kind:'event',info,routes:[route([1])],generates:true,condition:{op:'test',predicate:0}},
 {kind:'event',info,routes:[route([1])],generates:true,condition:{op:'test',predicate:1}},
 {kind:'event',info,routes:[{...route(undefined),channel:undefined}],generates:true,condition:{op:'and',children:[{op:'test',predicate:2},{op:'not',child:{op:'test',predicate:3}}]}},
 {kind:'event',info,routes:[route([1])],generates:true,condition:{op:'test',predicate:4}},
];
const program = loadProgram(compileProgram({rules,predicates:preds,views:[PLAIN_VIEW],eventViews:[]} as any));
const s = createSliceScanner({program});
const file = readFileSync('/tmp/bench-fresh-100.evtx');
const CH=32*65536;
const buf=new Uint8Array(CH+SCRATCH_BYTES);
for (let pass=0;pass<3;pass++){
let t=performance.now(); let n=0, rec=0; const counts:any={};
for(let at=4096; at<file.length; at+=CH){
 const len=Math.min(CH,file.length-at); buf.set(file.subarray(at,at+len));
 const r=s.scanSlice({bytes:buf,byteLength:len,chunkCount:len/65536,firstChunk:(at-4096)/65536,fileOffset:at,recovered:false});
 n+=r.rows.length; rec+=r.account.recordsRead; for(const row of r.rows) counts[row.rule]=(counts[row.rule]??0)+1;
 if(r.problems.length&&pass==0) console.log(r.problems[0]);
}
t=performance.now()-t; console.log(n,rec,counts,t|0,'ms',(file.length/1e6/(t/1000))|0,'MB/s', s.matcher.counters);
}
