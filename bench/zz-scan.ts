import { readFileSync } from 'node:fs';
import { loadProgram } from '../src/engine/program.ts';
import { createSliceScanner } from '../src/scan/slice-scanner.ts';
import { SCRATCH_BYTES } from '../src/evtx/limits.ts';
const b=readFileSync(process.env.PROG??'/tmp/sigmahq.program');
const program = loadProgram(b.buffer.slice(b.byteOffset,b.byteOffset+b.length) as ArrayBuffer);
const s = createSliceScanner({program});
const file = readFileSync(process.argv[2]??'/tmp/bench-fresh-100.evtx');
const CH=32*65536;
const buf=new Uint8Array(CH+SCRATCH_BYTES);
const passes=Number(process.argv[3]??3);
for (let pass=0;pass<passes;pass++){
const thr=()=>Number(readFileSync('/proc/thread-self/schedstat','utf8').split(' ')[0])/1e6; const th0=thr(); const c0=process.cpuUsage();
let n=0, rec=0, marks:number[]=[]; const hits=new Set<number>();
const ev=new Set();
let next=33e6;
let t0=performance.now();
for(let at=4096; at<file.length; at+=CH){
 const len=Math.min(CH,file.length-at); buf.set(file.subarray(at,at+len));
 const r=s.scanSlice({bytes:buf,byteLength:len,chunkCount:len/65536,firstChunk:(at-4096)/65536,fileOffset:at,recovered:false});
 n+=r.rows.length; rec+=r.account.recordsRead; for(const row of r.rows) hits.add(row.rule);
 if(at>next){marks.push(thr()-th0|0); next+=33e6;}
}
const c=process.cpuUsage(c0); const all=(c.user+c.system)/1e3; const cpu=thr()-th0;
console.log(n,'rows',hits.size,'rules',rec,'records', cpu|0,'ms thread cpu',all|0,'all',(performance.now()-t0)|0,'wall',(file.length/1e6/(cpu/1000))|0,'MB/s',(rec/cpu*1000)|0,'ev/s', 'marks',marks.slice(0,16).join(' '));
console.log(JSON.stringify(s.matcher.counters), 'memo',s.matcher.sets.memo.hits,s.matcher.sets.memo.misses,'evals',s.matcher.evaluator.runs,'texts',s.matcher.tests.runs,'verif',s.matcher.sets.matcher.verifications, 'rss',process.memoryUsage().rss/1e6|0);
}
console.log('outers',(s.matcher as any).outerCount,'plans',(s.matcher as any).planCount,'groups',(s.matcher as any).router.groups.length,'names',s.matcher.names.computers.texts.length,s.matcher.names.channels.texts.length);
