import { readFileSync, readdirSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { loadProgram } from '../src/engine/program.ts';
import { RecordMatcher } from '../src/engine/match/record-matcher.ts';
import { createRecordCursor } from '../src/evtx/record-cursor.ts';
import { ShapeBank } from '../src/evtx/shape-bank.ts';
import { renderEvent } from '../src/evtx/render/render-event.ts';
import { matchPrepared, prepareEvent } from '../src/sigma/interpret/match-event.ts';
import { SCRATCH_BYTES } from '../src/evtx/limits.ts';
const tag=process.env.PROG??'/tmp/sigmahq';
const b=readFileSync(tag+'.program');
const rs:any=deserialize(readFileSync(tag+'.ruleset'));
const program = loadProgram(b.buffer.slice(b.byteOffset,b.byteOffset+b.length) as ArrayBuffer);
const m=new RecordMatcher(program); const cursor=createRecordCursor(new ShapeBank());
const root='/work/shared/evtx/';
const step=Number(process.argv[2]??10);
const names=readdirSync(root,{recursive:true}).map(String).filter(n=>n.endsWith('.evtx'));
let n=0,bad=0,hits=0,k=0; let tEngine=0,tInterp=0; const badRules:any={};
for(const name of names){
 const file=readFileSync(root+name); if(file.length<=4096) continue;
 const len=file.length-4096; const buf=new Uint8Array(len+SCRATCH_BYTES); buf.set(file.subarray(4096));
 cursor.open(buf,len,0,4096);
 while(cursor.nextChunk()) while(cursor.nextRecord()){
  let t=performance.now(); const c=m.match(cursor,()=>renderEvent(cursor)); tEngine+=performance.now()-t;
  if(k++%step) continue;
  const got=c>0?[...m.rules]:[];
  const ev=renderEvent(cursor); t=performance.now(); const prep=prepareEvent(rs,ev); const want:number[]=[];
  for(let i=0;i<rs.rules.length;i++) if(rs.rules[i].kind==='event'&&matchPrepared(rs,rs.rules[i],prep)) want.push(i);
  tInterp+=performance.now()-t;
  n++; hits+=want.length;
  if(got.join()!==want.join()){ bad++; for(const x of [...got.filter(x=>!want.includes(x)).map(x=>'+'+x),...want.filter(x=>!got.includes(x)).map(x=>'-'+x)]) (badRules[x]??=[]).push(name+'#'+cursor.headerIdLow); }
 }
}
console.log(n,'events',hits,'hits',bad,'bad; interp',tInterp|0,'ms for',n,'engine',tEngine|0,'ms for',k,'ratio',(tInterp/n)/(tEngine/k)|0);
for(const [x,l] of Object.entries(badRules) as any) console.log(x,rs.rules[Number(x.slice(1))].info.title,l.length,l[0]);
