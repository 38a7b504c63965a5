import { readFileSync, readdirSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { loadProgram } from '../src/engine/program.ts';
import { createSliceScanner } from '../src/scan/slice-scanner.ts';
import { SCRATCH_BYTES } from '../src/evtx/limits.ts';
const b=readFileSync('/tmp/sigmahq.program');
const rs:any=deserialize(readFileSync('/tmp/sigmahq.ruleset'));
const program = loadProgram(b.buffer.slice(b.byteOffset,b.byteOffset+b.length) as ArrayBuffer);
const s = createSliceScanner({program});
const root='/work/shared/evtx/';
const golden=JSON.parse(readFileSync('/work/shared/sigma/golden-hits.json','utf8')).hits;
const names=readdirSync(root,{recursive:true}).map(String).filter(n=>n.endsWith('.evtx'));
let total=0, same=0, missing=0, extra=0; const miss:any={},ext:any={};
const t=performance.now();
for(const name of names){
 const file=readFileSync(root+name); if(file.length<=4096) continue;
 const len=file.length-4096; const buf=new Uint8Array(len+SCRATCH_BYTES); buf.set(file.subarray(4096));
 const r=s.scanSlice({bytes:buf,byteLength:len,chunkCount:0,firstChunk:0,fileOffset:4096,recovered:false});
 const got=new Set<string>(); for(const row of r.rows) got.add(rs.rules[row.rule].info.id+'/'+row.recordId);
 const want=new Set<string>(); for(const [id,list] of Object.entries(golden[name]??{})) for(const n of list as number[]) want.add(id+'/'+n);
 total+=want.size;
 for(const w of want) if(got.has(w)) same++; else {missing++; (miss[w.split('/')[0]!]??=[]).push(name+'#'+w.split('/')[1]);}
 for(const g of got) if(!want.has(g)){extra++; (ext[g.split('/')[0]!]??=[]).push(name+'#'+g.split('/')[1]);}
}
console.log(names.length,'files',total,'golden',same,'same',missing,'missing',extra,'extra',(performance.now()-t)|0,'ms');
const title=(id:string)=>rs.rules.find((r:any)=>r.info.id===id)?.info.title+' ['+rs.rules.find((r:any)=>r.info.id===id)?.info.file+']';
for(const [id,l] of Object.entries(miss) as any) console.log('MISS',title(id),l.length,l[0]);
console.log('--'); for(const [id,l] of (Object.entries(ext) as any).slice(0,60)) console.log('EXTRA',title(id),l.length,l[0]);
